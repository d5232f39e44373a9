package dev.curia.broker.console;

import dev.curia.proto.admin.v1.BrokerDescription;
import dev.curia.proto.admin.v1.DescribeClusterResponse;
import dev.curia.proto.admin.v1.DescribeTopicsResponse;
import dev.curia.proto.admin.v1.InspectQuorumResponse;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.admin.v1.ListReassignmentsResponse;
import dev.curia.proto.admin.v1.ListTopicsResponse;
import dev.curia.proto.admin.v1.PartitionDescription;
import dev.curia.proto.admin.v1.TopicDescription;
import dev.curia.proto.broker.v1.DescribeConfigsRequest;
import dev.curia.proto.broker.v1.DescribeConfigsResponse;
import dev.curia.proto.broker.v1.DescribeLogDirsResponse;
import dev.curia.proto.common.v1.Endpoint;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.ConsumeResponse;
import dev.curia.proto.data.v1.ListOffsetsRequest;
import dev.curia.proto.data.v1.ListOffsetsResponse;
import dev.curia.proto.data.v1.LocateReadersRequest;
import dev.curia.proto.data.v1.LocateReadersResponse;
import dev.curia.proto.data.v1.Record;
import dev.curia.proto.group.v1.DescribeGroupResponse;
import dev.curia.proto.group.v1.LagHistoryRequest;
import dev.curia.proto.group.v1.LagHistoryResponse;
import dev.curia.proto.group.v1.LagPoint;
import dev.curia.proto.group.v1.ListGroupsResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** A cluster in memory: brokers, the records of topics, groups. Leader of every partition is broker 1. */
final class FakeCluster implements ClusterReads {
    static final int BATCH = 10;

    final Set<Integer> brokers = new TreeSet<>(Set.of(1, 2));
    final Set<Integer> silent = new TreeSet<>();
    final Map<String, List<List<Record>>> topics = new TreeMap<>();
    final Map<String, DescribeGroupResponse> groups = new TreeMap<>();
    int groupCoordinator = 2;
    final Map<Integer, List<LagPoint>> lagPoints = new TreeMap<>();
    ErrorCode lagRefusal = ErrorCode.NONE;
    LagHistoryRequest askedForLag = LagHistoryRequest.getDefaultInstance();
    ListEventsRequest askedForEvents = ListEventsRequest.getDefaultInstance();

    void topic(String name, List<List<Record>> partitions) {
        topics.put(name, partitions);
    }

    private <T> CompletableFuture<T> from(int broker, T answer) {
        return brokers.contains(broker) && !silent.contains(broker)
                ? CompletableFuture.completedFuture(answer)
                : CompletableFuture.failedFuture(
                        ConsoleException.unavailable("broker " + broker + ": it cannot be reached"));
    }

    @Override
    public CompletableFuture<DescribeClusterResponse> cluster() {
        DescribeClusterResponse.Builder cluster =
                DescribeClusterResponse.newBuilder().setClusterId("fake");
        brokers.forEach(id -> cluster.addBrokers(BrokerDescription.newBuilder()
                .setBrokerId(id)
                .setRpc(Endpoint.newBuilder().setHost("h").setPort(1))));
        return CompletableFuture.completedFuture(cluster.build());
    }

    @Override
    public CompletableFuture<ListTopicsResponse> topics() {
        return CompletableFuture.completedFuture(ListTopicsResponse.getDefaultInstance());
    }

    @Override
    public CompletableFuture<DescribeTopicsResponse> describe(Collection<String> names) {
        DescribeTopicsResponse.Builder response = DescribeTopicsResponse.newBuilder();
        for (String name : names) {
            TopicDescription.Builder topic = TopicDescription.newBuilder().setName(name);
            List<List<Record>> partitions = topics.get(name);
            if (partitions == null) {
                topic.setStatus(Status.newBuilder().setCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
            } else {
                for (int i = 0; i < partitions.size(); i++) {
                    topic.addPartitions(
                            PartitionDescription.newBuilder().setPartition(i).setLeader(1));
                }
            }
            response.addTopics(topic);
        }
        return CompletableFuture.completedFuture(response.build());
    }

    @Override
    public CompletableFuture<ListReassignmentsResponse> moves() {
        return CompletableFuture.completedFuture(ListReassignmentsResponse.getDefaultInstance());
    }

    @Override
    public CompletableFuture<InspectQuorumResponse> quorum() {
        return CompletableFuture.failedFuture(ConsoleException.unavailable("no quorum"));
    }

    @Override
    public CompletableFuture<ListEventsResponse> events(ListEventsRequest request) {
        askedForEvents = request;
        return CompletableFuture.completedFuture(ListEventsResponse.getDefaultInstance());
    }

    @Override
    public CompletableFuture<DescribeConfigsResponse> configs(int broker, DescribeConfigsRequest request) {
        return from(broker, DescribeConfigsResponse.getDefaultInstance());
    }

    @Override
    public CompletableFuture<DescribeLogDirsResponse> logDirs(int broker) {
        return from(broker, DescribeLogDirsResponse.getDefaultInstance());
    }

    @Override
    public CompletableFuture<ListGroupsResponse> groups(int broker) {
        ListGroupsResponse.Builder listed = ListGroupsResponse.newBuilder();
        if (broker == groupCoordinator) {
            groups.values().forEach(group -> listed.addGroups(group.getGroup()));
        }
        return from(broker, listed.build());
    }

    @Override
    public CompletableFuture<DescribeGroupResponse> group(int broker, String group) {
        if (broker == groupCoordinator) {
            return from(broker, groups.getOrDefault(group, refused(ErrorCode.GROUP_ID_NOT_FOUND)));
        }
        return from(
                broker,
                refused(ErrorCode.NOT_COORDINATOR).toBuilder()
                        .setCoordinator(groupCoordinator)
                        .build());
    }

    @Override
    public CompletableFuture<LagHistoryResponse> lagHistory(int broker, LagHistoryRequest request) {
        askedForLag = request;
        return from(
                broker,
                LagHistoryResponse.newBuilder()
                        .setStatus(Status.newBuilder().setCode(lagRefusal))
                        .addAllPoints(lagPoints.getOrDefault(broker, List.of()))
                        .build());
    }

    private static DescribeGroupResponse refused(ErrorCode code) {
        return DescribeGroupResponse.newBuilder()
                .setStatus(Status.newBuilder().setCode(code))
                .build();
    }

    @Override
    public CompletableFuture<LocateReadersResponse> places(int leader, LocateReadersRequest request) {
        LocateReadersResponse.Builder response = LocateReadersResponse.newBuilder();
        request.getReadersList()
                .forEach(reader -> response.addPlaces(LocateReadersResponse.Place.newBuilder()
                        .setEndOffset(records(reader.getTopic(), reader.getPartition())
                                .size())
                        .setOldestUnreadMs(-1)));
        return from(leader, response.build());
    }

    private List<Record> records(String topic, int partition) {
        return topics.getOrDefault(topic, List.of()).get(partition);
    }

    @Override
    public CompletableFuture<ListOffsetsResponse> offset(int leader, ListOffsetsRequest request) {
        long found = records(request.getTopic(), request.getPartition()).stream()
                .filter(record -> record.getTimestampMs() >= request.getTimestampMs())
                .mapToLong(Record::getOffset)
                .findFirst()
                .orElse(-1);
        return from(leader, ListOffsetsResponse.newBuilder().setOffset(found).build());
    }

    @Override
    public RecordFeed feed() {
        return new Feed();
    }

    @Override
    public int partitionOf(byte[] key, int partitions) {
        return key.length % partitions;
    }

    /** All records at once, a few in each message. */
    private final class Feed implements RecordFeed {
        private final Deque<Part> parts = new ArrayDeque<>();

        @Override
        public void open(int leader, ConsumeRequest request) {
            int partition = request.getPartition();
            List<Record> wanted = new ArrayList<>(records(request.getTopic(), partition).stream()
                    .filter(record -> record.getOffset() >= request.getOffset())
                    .filter(record -> request.getUntilOffset() == 0 || record.getOffset() < request.getUntilOffset())
                    .toList());
            while (!wanted.isEmpty()) {
                List<Record> batch = wanted.subList(0, Math.min(BATCH, wanted.size()));
                ConsumeResponse message = ConsumeResponse.newBuilder()
                        .addAllRecords(batch)
                        .setNextOffset(batch.get(batch.size() - 1).getOffset() + 1)
                        .build();
                parts.add(new Part(partition, Optional.of(message), Optional.empty()));
                batch.clear();
            }
            if (request.getUntilOffset() > 0) parts.add(new Part(partition, Optional.empty(), Optional.empty()));
        }

        @Override
        public Optional<Part> next(Duration wait) {
            return Optional.ofNullable(parts.poll());
        }

        @Override
        public void end(int partition) {
            parts.removeIf(part -> part.partition() == partition);
        }

        @Override
        public void close() {}
    }
}
