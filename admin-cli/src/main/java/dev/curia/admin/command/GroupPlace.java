package dev.curia.admin.command;

import dev.curia.admin.client.GroupClient;
import dev.curia.proto.group.v1.GroupOffset;
import dev.curia.proto.group.v1.ResetOffsetsRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** Where a group that nobody is in has come to in a topic: read once, and committed when a command is done. Not thread-safe. */
final class GroupPlace {
    private final GroupClient groups;
    private final String group;
    private final String topic;
    private final Map<Integer, Long> committed = new HashMap<>(); // by partition
    private final Map<Integer, Long> next = new HashMap<>(); // by partition

    GroupPlace(GroupClient groups, String group, String topic) {
        this.groups = groups;
        this.group = group;
        this.topic = topic;
        for (GroupOffset offset : groups.committed(group)) {
            if (offset.getTopic().equals(topic)) committed.put(offset.getPartition(), offset.getOffset());
        }
    }

    OptionalLong committed(int partition) {
        Long offset = committed.get(partition);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** All before {@code offset} has been dealt with. */
    void reached(int partition, long offset) {
        next.merge(partition, offset, Math::max);
    }

    /** Fails where {@link #commit} would, because somebody is in the group. */
    void check() {
        if (!next.isEmpty()) groups.reset(request(true));
    }

    void commit() {
        next.entrySet().removeIf(each -> each.getValue().equals(committed.get(each.getKey())));
        if (!next.isEmpty()) groups.reset(request(false));
    }

    private ResetOffsetsRequest request(boolean validateOnly) {
        ResetOffsetsRequest.Builder request = ResetOffsetsRequest.newBuilder()
                .setGroup(group)
                .setHow("as read by curia consume")
                .setValidateOnly(validateOnly);
        next.forEach((partition, offset) -> request.addTargets(ResetOffsetsRequest.Target.newBuilder()
                .setTopic(topic)
                .setPartition(partition)
                .setOffset(offset)));
        return request.build();
    }
}
