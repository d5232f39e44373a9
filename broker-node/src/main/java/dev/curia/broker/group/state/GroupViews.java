package dev.curia.broker.group.state;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** What tools see of a shard's groups. */
final class GroupViews {
    private final ClassicGroups live;
    private final CommittedGroups committed;
    private final ConsumerGroups consumers;

    GroupViews(ClassicGroups live, CommittedGroups committed, ConsumerGroups consumers) {
        this.live = live;
        this.committed = committed;
        this.consumers = consumers;
    }

    List<GroupView.Listed> list(Set<String> states, Set<String> types) {
        Stream<GroupView.Listed> classic = live.all().stream()
                .filter(group -> !committed.consumer(group.id).exists())
                .map(group -> new GroupView.Listed(group.id, protocolType(group), group.state(), "classic"));
        Stream<GroupView.Listed> consumer = consumers.ids().stream()
                .map(id -> new GroupView.Listed(
                        id, "consumer", committed.consumer(id).state(), "consumer"));
        return Stream.concat(classic, consumer)
                .filter(group -> passes(types, group.type()))
                .filter(group -> passes(states, group.state().title()))
                .toList();
    }

    private static boolean passes(Set<String> filter, String value) {
        return filter.isEmpty() || filter.stream().anyMatch(value::equalsIgnoreCase);
    }

    /** @param group null: there is none, or it is about to go */
    GroupView.Described describe(String groupId, @Nullable ClassicGroup group) {
        if (group == null) return GroupView.Described.failed(Errors.GROUP_ID_NOT_FOUND, groupId);
        boolean stable = group.is(GroupState.STABLE);
        List<MemberSnapshot> members = group.members().stream()
                .map(m -> m.snapshot(stable ? group.protocol() : null, stable ? m.assignment : Bytes.EMPTY))
                .toList();
        String protocol = group.protocol();
        return new GroupView.Described(
                Errors.NONE,
                groupId,
                group.state(),
                protocolType(group),
                stable && protocol != null ? protocol : "",
                members);
    }

    private static String protocolType(ClassicGroup group) {
        return Optional.ofNullable(group.protocolType()).orElse("");
    }
}
