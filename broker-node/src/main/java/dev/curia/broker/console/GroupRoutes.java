package dev.curia.broker.console;

import dev.curia.common.text.Json;
import dev.curia.common.time.Clock;
import dev.curia.proto.admin.v1.PartitionDescription;
import dev.curia.proto.admin.v1.TopicDescription;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.data.v1.LocateReadersResponse.Place;
import dev.curia.proto.group.v1.DescribeGroupResponse;
import dev.curia.proto.group.v1.GroupMember;
import dev.curia.proto.group.v1.GroupOffset;
import dev.curia.proto.group.v1.GroupPartition;
import dev.curia.proto.group.v1.LagHistoryRequest;
import dev.curia.proto.group.v1.LagHistoryResponse;
import dev.curia.proto.group.v1.LagPoint;
import dev.curia.proto.group.v1.ListGroupsResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Groups, who is in them and how far they are behind. Thread-safe. */
final class GroupRoutes {
    private static final int MAX_REDIRECTS = 3;

    private final ClusterReads reads;
    private final Cluster cluster;
    private final Clock clock;

    GroupRoutes(ClusterReads reads, Clock clock) {
        this.reads = reads;
        this.clock = clock;
        this.cluster = new Cluster(reads);
    }

    List<Route> routes() {
        return List.of(
                Route.json(
                        "/groups",
                        "All groups, as their coordinators list them.",
                        "`groups`, each a ListedGroup with `coordinator`; `missing`, the live brokers that did not answer, each with `why`",
                        List.of(),
                        query -> list()),
                Route.json(
                        "/groups/{group}",
                        "A group with its members, and how far it is behind in each partition.",
                        "`group` (a ListedGroup), `coordinator`, `assignor`, `members` (GroupMember each) and `partitions`: of `topic`, `partition`, `offset`"
                                + " (committed; of the next record to read), `committedMs`, `memberId`, and, null where the leader does not answer, `startOffset`,"
                                + " `endOffset`, `lag` and `oldestUnreadMs` (the time of the first record not read; -1: none); `lag`, the sum of those that are known;"
                                + " `refusedTopics`, those of which ACLs do not let the console know the end; `atMs`, when it was so",
                        List.of(),
                        query -> describe(query.required("group"))),
                Route.json(
                        "/groups/{group}/lag",
                        "How far a group was behind, as the brokers that coordinated it found out every `curia.group.lag.interval.ms`: the newest 120 rounds, and"
                                + " of each five minutes of the day before them the round in which it was furthest behind. A broker forgets it when it stops.",
                        "`points`, oldest first, each with `atMs`, `records` that were not read, and `seconds`, the age of the oldest of them (0: none); both null where a"
                                + " leader did not tell; `missing`, the live brokers that did not answer, each with `why`",
                        List.of(new Route.Parameter("topic", "Only how far it was behind in this topic.")),
                        this::lagHistory));
    }

    private Object list() {
        Waits.All<ListGroupsResponse> all = cluster.ofEach(reads::groups);
        List<Object> groups = new ArrayList<>();
        List<Map<String, Object>> missing = new ArrayList<>(all.missing());
        all.answers().forEach((broker, answer) -> {
            answer.getGroupsList().forEach(group -> {
                Map<String, Object> listed = new HashMap<>(ProtoJson.of(group));
                listed.put("coordinator", broker);
                groups.add(listed);
            });
            if (answer.getStatus().getCode() != ErrorCode.NONE) {
                missing.add(Map.of("brokerId", broker, "why", "some of its groups are still being loaded"));
            }
        });
        return Json.object().put("groups", groups).put("missing", missing);
    }

    private record Found(int coordinator, DescribeGroupResponse group) {}

    private Found find(String group) {
        List<Integer> brokers = cluster.liveBrokers();
        if (brokers.isEmpty()) throw ConsoleException.unavailable("no broker is alive");
        int target = brokers.get(0);
        for (int i = 0; i <= MAX_REDIRECTS; i++) {
            DescribeGroupResponse answer = Waits.on(reads.group(target, group));
            ErrorCode code = answer.getStatus().getCode();
            if (code == ErrorCode.NONE) return new Found(target, answer);
            boolean elsewhere = code == ErrorCode.NOT_COORDINATOR && brokers.contains(answer.getCoordinator());
            if (!elsewhere) throw Cluster.refused(answer.getStatus(), "group " + group, "Describe");
            target = answer.getCoordinator();
        }
        throw ConsoleException.unavailable("group " + group + ": its coordinator changes");
    }

    private Object describe(String name) {
        Found found = find(name);
        DescribeGroupResponse group = found.group;
        Cluster.Topics topics = cluster.topics(
                group.getOffsetsList().stream().map(GroupOffset::getTopic).collect(Collectors.toSet()));
        List<Cluster.Position> positions = group.getOffsetsList().stream()
                .map(offset -> new Cluster.Position(
                        offset.getTopic(), offset.getPartition(), leader(topics.found(), offset), offset.getOffset()))
                .toList();
        Map<Cluster.Position, Place> places = cluster.places(positions);
        Map<GroupPartition, String> members = new HashMap<>();
        for (GroupMember member : group.getMembersList()) {
            member.getAssignedList().forEach(partition -> members.put(partition, member.getMemberId()));
        }
        List<Json.Obj> partitions = new ArrayList<>();
        long lag = 0;
        for (int i = 0; i < positions.size(); i++) {
            Place place = places.get(positions.get(i));
            GroupOffset offset = group.getOffsets(i);
            if (place != null) lag += lag(offset, place);
            partitions.add(partition(offset, place, members));
        }
        return Json.object()
                .put("group", ProtoJson.of(group.getGroup()))
                .put("coordinator", found.coordinator)
                .put("assignor", group.getAssignor())
                .put("members", ProtoJson.of(group.getMembersList()))
                .put("partitions", partitions)
                .put("lag", lag)
                .put("refusedTopics", topics.refused())
                .put("atMs", clock.wallMillis());
    }

    /** A group that moved has a part of it with each of its coordinators. */
    private Object lagHistory(Query query) {
        String group = query.required("group");
        LagHistoryRequest.Builder request = LagHistoryRequest.newBuilder().setGroup(group);
        query.text("topic").ifPresent(request::setTopic);
        Waits.All<LagHistoryResponse> all = cluster.ofEach(broker -> reads.lagHistory(broker, request.build()));
        List<LagPoint> points = new ArrayList<>();
        for (LagHistoryResponse answer : all.answers().values()) {
            ErrorCode code = answer.getStatus().getCode();
            if (code != ErrorCode.NONE) {
                boolean topic = code == ErrorCode.TOPIC_AUTHORIZATION_FAILED;
                String what = topic ? "topic " + request.getTopic() : "group " + group;
                throw Cluster.refused(answer.getStatus(), what, "Describe");
            }
            points.addAll(answer.getPointsList());
        }
        points.sort(Comparator.comparingLong(LagPoint::getAtMs));
        return Json.object().put("points", ProtoJson.of(points)).put("missing", all.missing());
    }

    private static int leader(Map<String, TopicDescription> topics, GroupOffset offset) {
        TopicDescription topic = topics.get(offset.getTopic());
        if (topic == null) return -1;
        return topic.getPartitionsList().stream()
                .filter(partition -> partition.getPartition() == offset.getPartition())
                .map(PartitionDescription::getLeader)
                .findFirst()
                .orElse(-1);
    }

    /** As Kafka's tools, and the metrics, count it. */
    private static long lag(GroupOffset offset, Place place) {
        return Math.max(0, place.getEndOffset() - offset.getOffset());
    }

    private static Json.Obj partition(GroupOffset offset, @Nullable Place place, Map<GroupPartition, String> members) {
        GroupPartition key = GroupPartition.newBuilder()
                .setTopic(offset.getTopic())
                .setPartition(offset.getPartition())
                .build();
        return Json.object()
                .put("topic", offset.getTopic())
                .put("partition", offset.getPartition())
                .put("offset", offset.getOffset())
                .put("committedMs", offset.getCommitTimestampMs())
                .put("memberId", members.get(key))
                .put("startOffset", place == null ? null : place.getLogStartOffset())
                .put("endOffset", place == null ? null : place.getEndOffset())
                .put("lag", place == null ? null : lag(offset, place))
                .put("oldestUnreadMs", place == null ? null : place.getOldestUnreadMs());
    }
}
