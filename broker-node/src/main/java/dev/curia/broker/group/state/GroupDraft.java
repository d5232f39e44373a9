package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.group.state.ConsumerRecord.GroupEpoch;
import dev.curia.broker.group.state.ConsumerRecord.Member;
import dev.curia.broker.group.state.ConsumerRecord.ProgressOf;
import dev.curia.broker.group.state.ConsumerRecord.Regex;
import dev.curia.broker.group.state.ConsumerRecord.TargetEpoch;
import dev.curia.broker.group.state.ConsumerRecord.TargetOf;
import dev.curia.broker.group.state.assign.Assignor;
import dev.curia.broker.group.state.assign.Assignors;
import dev.curia.broker.group.state.assign.SubscribableTopics;
import dev.curia.broker.group.state.assign.Subscriber;
import dev.curia.broker.group.state.assign.TopicPartitions;
import dev.curia.common.id.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A change of one consumer group in the making: its records, and the group as it will be with them. Used within one turn. */
final class GroupDraft {
    private final String groupId;
    private final SubscribableTopics topics;
    private final List<GroupRecord> records = new ArrayList<>();
    private ConsumerGroup group;
    private @Nullable Trigger trigger;

    GroupDraft(String groupId, ConsumerGroup group, SubscribableTopics topics) {
        this.groupId = groupId;
        this.group = group;
        this.topics = topics;
    }

    ConsumerGroup group() {
        return group;
    }

    SubscribableTopics topics() {
        return topics;
    }

    List<GroupRecord> records() {
        return records;
    }

    void add(ConsumerRecord record) {
        records.add(record);
        group = group.apply(record);
    }

    void put(String memberId, ConsumerMember member) {
        add(new Member(groupId, memberId, member));
    }

    void progress(String memberId, MemberProgress progress) {
        add(new ProgressOf(groupId, memberId, progress));
    }

    void target(String memberId, TopicPartitions target) {
        add(new TargetOf(groupId, memberId, target));
    }

    /** It owns nothing from now on. */
    void remove(String memberId) {
        add(new ProgressOf(groupId, memberId, null));
        add(new TargetOf(groupId, memberId, null));
        add(new Member(groupId, memberId, null));
    }

    /** Members or topics have changed: another assignment is due. */
    void bump(Trigger because) {
        trigger = because;
        dropUnusedRegexes();
        add(new GroupEpoch(groupId, new ConsumerRecord.Epoch(group.epoch() + 1, metadataHash())));
    }

    /** @param topicsChanged since the group was last assigned, perhaps */
    void bumpIfChanged(String memberId, @Nullable ConsumerMember before, ConsumerMember after, boolean topicsChanged) {
        if (before == null) bump(Trigger.joined(memberId));
        else if (!after.subscribesAs(before)) bump(Trigger.otherSubscription(memberId));
        else if (topicsChanged && metadataHash() != group.metadataHash()) bump(Trigger.topicsChanged());
    }

    /** Why another assignment is due; null: it isn't. */
    @Nullable
    Trigger trigger() {
        return trigger;
    }

    private void dropUnusedRegexes() {
        Set<String> unused = new TreeSet<>(group.regexes().keySet());
        unused.removeAll(group.regexesInUse());
        unused.forEach(regex -> add(new Regex(groupId, regex, null)));
    }

    /** All that is left of a group, but for its offsets. */
    void removeAll() {
        new TreeSet<>(group.members().keySet()).forEach(this::remove);
        new TreeSet<>(group.regexes().keySet()).forEach(regex -> add(new Regex(groupId, regex, null)));
        add(new TargetEpoch(groupId, null));
        add(new GroupEpoch(groupId, null));
    }

    /** Of the subscribed topics that exist: their names, ids and sizes. */
    long metadataHash() {
        long hash = 0;
        for (String name : group.topics()) {
            SubscribableTopics.Topic topic = topics.find(name).orElse(null);
            if (topic == null) continue;
            hash = mix(hash, name.hashCode());
            hash = mix(hash, topic.id().mostSignificantBits());
            hash = mix(hash, topic.id().leastSignificantBits());
            hash = mix(hash, topic.partitions());
        }
        return hash;
    }

    private static long mix(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 32);
    }

    /** A target for the epoch the group is in. */
    void assign(Assignors assignors, Now now) {
        List<Subscriber> subscribers = new ArrayList<>();
        Map<Uuid, Integer> counts = new HashMap<>();
        Map<Set<String>, Set<Uuid>> known = new HashMap<>();
        new TreeMap<>(group.members()).forEach((memberId, member) -> {
            Set<Uuid> ids = known.computeIfAbsent(group.topics(member), names -> resolve(names, counts));
            subscribers.add(new Subscriber(memberId, member.instanceId(), ids, group.target(memberId)));
        });
        Map<String, TopicPartitions> targets =
                chosen(assignors).assign(subscribers, topic -> counts.getOrDefault(topic, 0));
        targets.forEach((memberId, target) -> {
            if (!group.hasTarget(memberId) || !group.target(memberId).equals(target)) target(memberId, target);
        });
        add(new TargetEpoch(groupId, new ConsumerRecord.Target(group.epoch(), now.wallMs())));
    }

    String assignor(Assignors assignors) {
        return chosen(assignors).name();
    }

    private Set<Uuid> resolve(Set<String> names, Map<Uuid, Integer> counts) {
        Set<Uuid> ids = new TreeSet<>();
        for (String name : names) {
            topics.find(name).ifPresent(topic -> {
                ids.add(topic.id());
                counts.put(topic.id(), topic.partitions());
            });
        }
        return ids;
    }

    /** Most votes win. */
    private Assignor chosen(Assignors assignors) {
        Map<String, Integer> votes = new LinkedHashMap<>();
        for (String name : assignors.names()) votes.put(name, 0);
        for (ConsumerMember member : group.members().values()) {
            if (member.assignor() != null) votes.computeIfPresent(member.assignor(), (name, n) -> n + 1);
        }
        @Nullable String best = null;
        for (Map.Entry<String, Integer> vote : votes.entrySet()) {
            if (vote.getValue() > 0 && (best == null || vote.getValue() > votes.getOrDefault(best, 0))) {
                best = vote.getKey();
            }
        }
        return best == null ? assignors.byDefault() : assignors.find(best).orElseGet(assignors::byDefault);
    }
}
