package dev.curia.metadata.decide;

import dev.curia.metadata.image.PartitionState;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * Which replicas of a partition hold everything that was committed, and so may lead it. Immutable.
 *
 * <p>A leader commits only what every in-sync replica has, and nothing while fewer than min.insync.replicas are in sync. So who leaves an ISR
 * that is then too small holds what is committed until the ISR is large enough again: it stays eligible (KIP-966). Somebody is always in the ISR,
 * unless everybody who could be lost data in an unclean stop.
 *
 * @param isr in sync
 * @param eligible not in sync; while there are any nothing more is committed
 * @param lastKnown without a leader, those that held everything until an unclean stop
 */
record CompleteReplicas(List<Integer> isr, List<Integer> eligible, List<Integer> lastKnown) {
    static CompleteReplicas of(PartitionState state) {
        return new CompleteReplicas(state.isr(), state.eligibleLeaders(), state.lastKnownEligible());
    }

    boolean contains(int broker) {
        return isr.contains(broker) || eligible.contains(broker);
    }

    /** The leader changes the ISR: it vouches for those who come, and those who go keep what they have. */
    CompleteReplicas withIsr(List<Integer> members, int minInsync) {
        return settled(members, union(eligible, isr), minInsync);
    }

    /** Brokers leave the ISR and keep what they have. The last member stays: nobody else is known to follow what comes next. */
    CompleteReplicas left(IntPredicate who, int minInsync) {
        List<Integer> rest = isr.stream().filter(id -> !who.test(id)).toList();
        return rest.isEmpty() ? this : withIsr(rest, minInsync);
    }

    /** What a replica has is gone or damaged. It stays only where nobody else has everything: it may yet be mended. */
    CompleteReplicas withoutDamaged(int broker, int minInsync) {
        if (!contains(broker) || (isr.size() + eligible.size()) == 1) return this;
        return without(broker, minInsync);
    }

    /**
     * A replica may have lost the end of its log.
     *
     * @param led whether somebody else leads, whose log is what counts
     */
    CompleteReplicas withoutDoubtful(int broker, boolean led, int minInsync) {
        if (!contains(broker)) return this;
        CompleteReplicas rest = without(broker, minInsync);
        return led ? rest : new CompleteReplicas(rest.isr, rest.eligible, union(lastKnown, List.of(broker)));
    }

    private CompleteReplicas without(int broker, int minInsync) {
        List<Integer> rest = isr.stream().filter(id -> id != broker).toList();
        List<Integer> others = eligible.stream().filter(id -> id != broker).toList();
        return rest.isEmpty() ? new CompleteReplicas(others, List.of(), lastKnown) : settled(rest, others, minInsync);
    }

    /**
     * A complete replica leads.
     *
     * @param follows whether a broker is alive and can follow; of the ISR's members those who can't are only eligible
     */
    CompleteReplicas ledBy(int leader, IntPredicate follows, int minInsync) {
        List<Integer> members = isr.contains(leader)
                ? isr.stream().filter(id -> id == leader || follows.test(id)).toList()
                : List.of(leader);
        return new CompleteReplicas(members, settled(members, union(isr, eligible), minInsync).eligible, List.of());
    }

    /** A replica leads that may lack what was committed: what it has is what counts from now on. */
    static CompleteReplicas madeOf(int leader) {
        return new CompleteReplicas(List.of(leader), List.of(), List.of());
    }

    /** Only these are replicas any more. */
    CompleteReplicas within(List<Integer> replicas, int minInsync) {
        return new CompleteReplicas(only(isr, replicas), only(eligible, replicas), only(lastKnown, replicas))
                .settled(minInsync);
    }

    /** Nobody but the ISR is eligible once it is large enough: more may be committed. */
    CompleteReplicas settled(int minInsync) {
        return settled(isr, eligible, minInsync);
    }

    private CompleteReplicas settled(List<Integer> members, List<Integer> others, int minInsync) {
        List<Integer> eligibles = members.size() >= minInsync
                ? List.of()
                : others.stream().filter(id -> !members.contains(id)).toList();
        return new CompleteReplicas(members, eligibles, lastKnown);
    }

    private static List<Integer> only(List<Integer> ids, List<Integer> allowed) {
        return ids.stream().filter(allowed::contains).toList();
    }

    private static List<Integer> union(List<Integer> one, List<Integer> other) {
        return Stream.concat(one.stream(), other.stream()).distinct().toList();
    }
}
