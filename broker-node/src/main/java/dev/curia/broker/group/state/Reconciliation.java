package dev.curia.broker.group.state;

import dev.curia.broker.group.state.MemberProgress.Phase;
import dev.curia.broker.group.state.assign.TopicPartitions;
import org.jspecify.annotations.Nullable;

/**
 * The next step of one member to its target (KIP-848): first it gives up what others shall have, then it takes what is free. Pure. No
 * partition gets an owner while it has one.
 */
final class Reconciliation {
    private final ConsumerGroup group;
    private final String memberId;
    private final @Nullable TopicPartitions owned;

    /** @param owned what the member says it has; null: it doesn't say */
    Reconciliation(ConsumerGroup group, String memberId, @Nullable TopicPartitions owned) {
        this.group = group;
        this.memberId = memberId;
        this.owned = owned;
    }

    /** @return what it was when there is nothing to do */
    MemberProgress next() {
        MemberProgress now = group.progress(memberId);
        return switch (now.phase()) {
            case STABLE -> now.epoch() == group.targetEpoch() ? now : advance(now, now.epoch());
            case UNREVOKED -> stillHas(now.revoking()) ? now : advance(now, group.targetEpoch());
            case UNRELEASED -> {
                MemberProgress next = advance(now, now.epoch());
                yield next.assigned().equals(now.assigned())
                                && next.epoch() == now.epoch()
                                && next.phase() == now.phase()
                        ? now
                        : next;
            }
            case UNKNOWN -> advance(now, group.targetEpoch());
        };
    }

    /** @param whileRevoking the epoch to be in should there be something to give up first */
    private MemberProgress advance(MemberProgress now, int whileRevoking) {
        TopicPartitions target = group.target(memberId);
        TopicPartitions kept = now.assigned().and(target);
        TopicPartitions revoking = now.assigned().minus(kept);
        if (!revoking.isEmpty() && stillHas(revoking)) {
            return at(now, whileRevoking, Phase.UNREVOKED, kept, revoking);
        }
        TopicPartitions wanted = target.minus(kept);
        TopicPartitions free = wanted.matching((topic, partition) -> {
            String owner = group.owner(topic, partition);
            // What it was itself told to give up, and has: it may have that back.
            return owner == null || owner.equals(memberId);
        });
        Phase phase = free.size() < wanted.size() ? Phase.UNRELEASED : Phase.STABLE;
        return at(now, group.targetEpoch(), phase, kept.plus(free), TopicPartitions.EMPTY);
    }

    private boolean stillHas(TopicPartitions revoking) {
        return owned == null || owned.intersects(revoking);
    }

    private static MemberProgress at(
            MemberProgress now, int epoch, Phase phase, TopicPartitions assigned, TopicPartitions revoking) {
        return new MemberProgress(
                epoch, epoch == now.epoch() ? now.previousEpoch() : now.epoch(), phase, assigned, revoking);
    }
}
