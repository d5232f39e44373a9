package dev.curia.broker.group.state;

import dev.curia.broker.group.state.ConsumerRecord.GroupEpoch;
import dev.curia.broker.group.state.ConsumerRecord.Member;
import dev.curia.broker.group.state.ConsumerRecord.ProgressOf;
import dev.curia.broker.group.state.ConsumerRecord.Regex;
import dev.curia.broker.group.state.ConsumerRecord.Resolved;
import dev.curia.broker.group.state.ConsumerRecord.TargetEpoch;
import dev.curia.broker.group.state.ConsumerRecord.TargetOf;
import dev.curia.broker.group.state.assign.TopicPartitions;
import dev.curia.common.id.Uuid;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * A consumer group (KIP-848) as the log has it: a pure function of its records in any order in which compaction may leave them. Immutable,
 * structurally shared.
 *
 * <p>The group epoch rises when members or topics change; the target of that epoch is who shall own what; each member goes from where it
 * is to its target at its own pace, and its epoch is that of the target it has got to. A partition has one owner at a time: whoever has
 * it assigned or has not yet given it up.
 */
final class ConsumerGroup {
    static final ConsumerGroup EMPTY = new ConsumerGroup(
            0,
            0,
            0,
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty());

    private final int epoch; // 0: there is no such group
    private final long metadataHash;
    private final int targetEpoch;
    private final PMap<String, ConsumerMember> members;
    private final PMap<String, TopicPartitions> targets;
    private final PMap<String, MemberProgress> progress;
    private final PMap<String, Resolved> regexes;
    private final PMap<String, String> staticMembers; // follows from members
    private final PMap<Uuid, PMap<Integer, String>> owners; // follows from progress

    private ConsumerGroup(
            int epoch,
            long metadataHash,
            int targetEpoch,
            PMap<String, ConsumerMember> members,
            PMap<String, TopicPartitions> targets,
            PMap<String, MemberProgress> progress,
            PMap<String, Resolved> regexes,
            PMap<String, String> staticMembers,
            PMap<Uuid, PMap<Integer, String>> owners) {
        this.epoch = epoch;
        this.metadataHash = metadataHash;
        this.targetEpoch = targetEpoch;
        this.members = members;
        this.targets = targets;
        this.progress = progress;
        this.regexes = regexes;
        this.staticMembers = staticMembers;
        this.owners = owners;
    }

    ConsumerGroup apply(ConsumerRecord record) {
        if (record instanceof GroupEpoch r) {
            return r.value() == null
                    ? with(0, 0, targetEpoch)
                    : with(r.value().epoch(), r.value().metadataHash(), targetEpoch);
        }
        if (record instanceof TargetEpoch r) {
            return with(epoch, metadataHash, r.value() == null ? 0 : r.value().epoch());
        }
        if (record instanceof Member r) return withMember(r.memberId(), r.value());
        if (record instanceof TargetOf r) {
            return with(members, put(targets, r.memberId(), r.value()), progress, regexes, staticMembers, owners);
        }
        if (record instanceof ProgressOf r) return withProgress(r.memberId(), r.value());
        if (record instanceof Regex r) {
            return with(members, targets, progress, put(regexes, r.expression(), r.value()), staticMembers, owners);
        }
        throw new IllegalArgumentException("not of a consumer group: " + record);
    }

    private ConsumerGroup with(int newEpoch, long newHash, int newTargetEpoch) {
        return new ConsumerGroup(
                newEpoch, newHash, newTargetEpoch, members, targets, progress, regexes, staticMembers, owners);
    }

    private ConsumerGroup with(
            PMap<String, ConsumerMember> newMembers,
            PMap<String, TopicPartitions> newTargets,
            PMap<String, MemberProgress> newProgress,
            PMap<String, Resolved> newRegexes,
            PMap<String, String> newStaticMembers,
            PMap<Uuid, PMap<Integer, String>> newOwners) {
        return new ConsumerGroup(
                epoch,
                metadataHash,
                targetEpoch,
                newMembers,
                newTargets,
                newProgress,
                newRegexes,
                newStaticMembers,
                newOwners);
    }

    private static <V> PMap<String, V> put(PMap<String, V> map, String key, @Nullable V value) {
        return value == null ? map.minus(key) : map.plus(key, value);
    }

    private ConsumerGroup withMember(String memberId, @Nullable ConsumerMember member) {
        PMap<String, String> statics = staticMembers;
        ConsumerMember old = members.get(memberId);
        // A successor may have taken the instance over before its predecessor is removed.
        if (old != null && old.instanceId() != null && memberId.equals(statics.get(old.instanceId()))) {
            statics = statics.minus(old.instanceId());
        }
        if (member != null && member.instanceId() != null) statics = statics.plus(member.instanceId(), memberId);
        return with(put(members, memberId, member), targets, progress, regexes, statics, owners);
    }

    private ConsumerGroup withProgress(String memberId, @Nullable MemberProgress next) {
        MemberProgress old = progress.get(memberId);
        TopicPartitions before = old == null ? TopicPartitions.EMPTY : old.owned();
        TopicPartitions after = next == null ? TopicPartitions.EMPTY : next.owned();
        PMap<Uuid, PMap<Integer, String>> newOwners = owners;
        for (Map.Entry<Uuid, NavigableSet<Integer>> topic :
                before.minus(after).topics().entrySet()) {
            PMap<Integer, String> ofTopic = newOwners.getOrDefault(topic.getKey(), HashTreePMap.empty());
            for (int partition : topic.getValue()) {
                // Compaction may have left only the later owner's record before this one.
                if (memberId.equals(ofTopic.get(partition))) ofTopic = ofTopic.minus(partition);
            }
            newOwners = ofTopic.isEmpty() ? newOwners.minus(topic.getKey()) : newOwners.plus(topic.getKey(), ofTopic);
        }
        for (Map.Entry<Uuid, NavigableSet<Integer>> topic : after.topics().entrySet()) {
            PMap<Integer, String> ofTopic = newOwners.getOrDefault(topic.getKey(), HashTreePMap.empty());
            for (int partition : topic.getValue()) {
                if (!memberId.equals(ofTopic.get(partition))) ofTopic = ofTopic.plus(partition, memberId);
            }
            newOwners = newOwners.plus(topic.getKey(), ofTopic);
        }
        return with(members, targets, put(progress, memberId, next), regexes, staticMembers, newOwners);
    }

    boolean exists() {
        return epoch > 0;
    }

    /** No record of it is left. */
    boolean isNothing() {
        return equals(EMPTY);
    }

    int epoch() {
        return epoch;
    }

    long metadataHash() {
        return metadataHash;
    }

    int targetEpoch() {
        return targetEpoch;
    }

    Map<String, ConsumerMember> members() {
        return members;
    }

    @Nullable
    ConsumerMember member(String memberId) {
        return members.get(memberId);
    }

    /** The member id behind an instance id. */
    @Nullable
    String staticMember(String instanceId) {
        return staticMembers.get(instanceId);
    }

    TopicPartitions target(String memberId) {
        return targets.getOrDefault(memberId, TopicPartitions.EMPTY);
    }

    boolean hasTarget(String memberId) {
        return targets.containsKey(memberId);
    }

    MemberProgress progress(String memberId) {
        return progress.getOrDefault(memberId, MemberProgress.JOINING);
    }

    Map<String, Resolved> regexes() {
        return regexes;
    }

    /** Who has it, or has not given it up yet. */
    @Nullable
    String owner(Uuid topic, int partition) {
        PMap<Integer, String> ofTopic = owners.get(topic);
        return ofTopic == null ? null : ofTopic.get(partition);
    }

    /** All names that a member subscribes to. */
    Set<String> topics(ConsumerMember member) {
        Resolved resolved = member.regex() == null ? null : regexes.get(member.regex());
        if (resolved == null) return member.topics();
        Set<String> all = new TreeSet<>(member.topics());
        all.addAll(resolved.topics());
        return all;
    }

    Set<String> topics() {
        Set<String> all = new TreeSet<>();
        members.values().forEach(member -> all.addAll(member.topics()));
        regexesInUse().forEach(regex -> {
            Resolved resolved = regexes.get(regex);
            if (resolved != null) all.addAll(resolved.topics());
        });
        return all;
    }

    Set<String> regexesInUse() {
        Set<String> all = new TreeSet<>();
        for (ConsumerMember member : members.values()) if (member.regex() != null) all.add(member.regex());
        return all;
    }

    GroupState state() {
        if (members.isEmpty()) return GroupState.EMPTY;
        if (epoch > targetEpoch) return GroupState.ASSIGNING;
        boolean settled = members.keySet().stream().allMatch(id -> {
            MemberProgress its = progress(id);
            return its.hasReached(targetEpoch) || its.epoch() == MemberProgress.LEFT;
        });
        return settled ? GroupState.STABLE : GroupState.RECONCILING;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConsumerGroup that
                && epoch == that.epoch
                && metadataHash == that.metadataHash
                && targetEpoch == that.targetEpoch
                && members.equals(that.members)
                && targets.equals(that.targets)
                && progress.equals(that.progress)
                && regexes.equals(that.regexes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(epoch, targetEpoch, members, progress);
    }

    @Override
    public String toString() {
        return "epoch " + epoch + " target " + targetEpoch + " members " + progress;
    }
}
