package dev.curia.system;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatResponse;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/** A member in each of many consumer groups (KIP-848), all in this process over one connection a coordinator. Not thread-safe. */
final class LiveGroups implements AutoCloseable {
    private static final short HEARTBEAT = 1;
    private static final short FIND = 4;

    private static final class Group {
        final String id;
        int epoch;
        int assigned;
        boolean answered; // in this round

        @Nullable
        String coordinator;

        Group(String id) {
            this.id = id;
        }
    }

    private final List<String> servers;
    private final String topic;
    private final List<Group> groups;
    private final Map<String, RawConnection> connections = new HashMap<>();
    private int correlationId;
    private int fenced;

    LiveGroups(String servers, String topic, int count) {
        this.servers = List.of(servers.split(","));
        this.topic = topic;
        this.groups =
                IntStream.range(0, count).mapToObj(i -> new Group("live-" + i)).toList();
    }

    /** How often a member was told that it is none any more. */
    int fenced() {
        return fenced;
    }

    /** The highest epoch that any is in. */
    int highestEpoch() {
        return groups.stream().mapToInt(group -> group.epoch).max().orElse(0);
    }

    /** Groups whose member has all of so many partitions. */
    long assigned(int partitions) {
        return groups.stream().filter(group -> group.assigned == partitions).count();
    }

    /** One that is coordinated somewhere. */
    String someGroup() {
        return groups.get(0).id;
    }

    /** One heartbeat for each. @return how many were answered well */
    long round() throws IOException {
        find();
        Map<String, List<Group>> byCoordinator = new LinkedHashMap<>();
        for (Group group : groups) {
            group.answered = false;
            if (group.coordinator != null) {
                byCoordinator
                        .computeIfAbsent(group.coordinator, to -> new ArrayList<>())
                        .add(group);
            }
        }
        for (Map.Entry<String, List<Group>> entry : byCoordinator.entrySet()) beat(entry.getKey(), entry.getValue());
        return groups.stream().filter(group -> group.answered).count();
    }

    private void beat(String coordinator, List<Group> all) throws IOException {
        try {
            RawConnection connection = connection(coordinator);
            List<RequestHeader> headers = new ArrayList<>();
            for (Group group : all)
                headers.add(send(connection, ApiKeys.CONSUMER_GROUP_HEARTBEAT, HEARTBEAT, heartbeat(group)));
            for (int i = 0; i < all.size(); i++) {
                ByteBuffer answer = connection.receive().orElseThrow(() -> new IOException("closed"));
                take(
                        all.get(i),
                        ((ConsumerGroupHeartbeatResponse) AbstractResponse.parseResponse(answer, headers.get(i)))
                                .data());
            }
        } catch (IOException gone) {
            forget(coordinator);
            all.forEach(group -> group.coordinator = null);
        }
    }

    private ConsumerGroupHeartbeatRequestData heartbeat(Group group) {
        ConsumerGroupHeartbeatRequestData request = new ConsumerGroupHeartbeatRequestData()
                .setGroupId(group.id)
                .setMemberId(group.id + "-member")
                .setMemberEpoch(group.epoch);
        if (group.epoch > 0) return request;
        return request.setRebalanceTimeoutMs(30_000)
                .setSubscribedTopicNames(List.of(topic))
                .setTopicPartitions(List.of());
    }

    private void take(Group group, ConsumerGroupHeartbeatResponseData answer) {
        switch (Errors.forCode(answer.errorCode())) {
            case NONE -> {
                group.answered = true;
                group.epoch = answer.memberEpoch();
                if (answer.assignment() == null) return;
                group.assigned = answer.assignment().topicPartitions().stream()
                        .mapToInt(
                                topicPartitions -> topicPartitions.partitions().size())
                        .sum();
            }
            case FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER_ID -> {
                fenced++;
                group.epoch = 0;
            }
            case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS -> group.coordinator = null;
            default -> throw new AssertionError(group.id + ": " + answer);
        }
    }

    /** The coordinators of those groups that have none. */
    private void find() throws IOException {
        Map<String, Group> lost = new LinkedHashMap<>();
        for (Group group : groups) if (group.coordinator == null) lost.put(group.id, group);
        if (lost.isEmpty()) return;
        for (String server : servers) {
            try {
                RawConnection connection = connection(server);
                RequestHeader header = send(
                        connection,
                        ApiKeys.FIND_COORDINATOR,
                        FIND,
                        new FindCoordinatorRequestData()
                                .setKeyType((byte) 0)
                                .setCoordinatorKeys(List.copyOf(lost.keySet())));
                ByteBuffer answer = connection.receive().orElseThrow(() -> new IOException("closed"));
                ((FindCoordinatorResponse) AbstractResponse.parseResponse(answer, header))
                        .data()
                        .coordinators()
                        .forEach(found -> {
                            Group group = lost.get(found.key());
                            if (group != null && found.errorCode() == 0)
                                group.coordinator = found.host() + ":" + found.port();
                        });
                return;
            } catch (IOException gone) {
                forget(server);
            }
        }
    }

    private RequestHeader send(RawConnection connection, ApiKeys api, short version, ApiMessage body)
            throws IOException {
        RequestHeader header = new RequestHeader(api, version, "live-groups", correlationId++);
        ByteBuffer head = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion())
                .buffer();
        ByteBuffer tail = MessageUtil.toByteBufferAccessor(body, version).buffer();
        ByteBuffer frame = ByteBuffer.allocate(4 + head.remaining() + tail.remaining());
        frame.putInt(head.remaining() + tail.remaining()).put(head).put(tail);
        connection.send(frame.array());
        return header;
    }

    private RawConnection connection(String server) throws IOException {
        RawConnection open = connections.get(server);
        if (open != null) return open;
        RawConnection made = RawConnection.to(server);
        connections.put(server, made);
        return made;
    }

    private void forget(String server) throws IOException {
        RawConnection gone = connections.remove(server);
        if (gone != null) gone.close();
    }

    @Override
    public void close() throws IOException {
        for (RawConnection connection : connections.values()) connection.close();
    }
}
