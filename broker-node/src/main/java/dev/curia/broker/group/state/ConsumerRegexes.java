package dev.curia.broker.group.state;

import dev.curia.broker.coordinator.Now;
import dev.curia.broker.coordinator.Outcome;
import dev.curia.broker.group.state.ConsumerRecord.Regex;
import dev.curia.broker.group.state.ConsumerRecord.Resolved;
import dev.curia.broker.group.state.LiveConsumerGroup.Waiting;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Subscriptions by expression: has them resolved when they are new and when topics change, one call for a group at a time. */
final class ConsumerRegexes {
    private final ConsumerGroups groups;
    private final RegexPort port;

    ConsumerRegexes(ConsumerGroups groups, RegexPort port) {
        this.groups = groups;
        this.port = port;
    }

    /** When there are some that have no topics yet, or whose topics could not be written. */
    void resolveNew(LiveConsumerGroup its) {
        Set<String> unknown = new TreeSet<>(groups.group(its.id).regexesInUse());
        unknown.removeAll(groups.group(its.id).regexes().keySet());
        boolean again = its.resolveAgain && !its.resolving;
        if (again) its.resolveAgain = false;
        if (again || !unknown.isEmpty()) resolveAll(its);
    }

    void resolveAll(LiveConsumerGroup its) {
        Set<String> expressions = groups.group(its.id).regexesInUse();
        if (expressions.isEmpty()) return;
        if (its.resolving) {
            its.resolveAgain = true;
            return;
        }
        its.resolving = true;
        port.resolve(its.id, expressions);
    }

    Outcome<GroupRecord> resolved(LiveConsumerGroup its, Map<String, Resolved> topics, Now now) {
        its.resolving = false;
        return groups.inTurn(its, new Waiting("", time -> decide(its, topics), error -> {}), now);
    }

    private Outcome<GroupRecord> decide(LiveConsumerGroup its, Map<String, Resolved> topics) {
        GroupDraft draft = groups.draft(its.id);
        Set<String> used = draft.group().regexesInUse();
        boolean changed = false;
        for (Map.Entry<String, Resolved> entry : new TreeMap<>(topics).entrySet()) {
            Resolved known = draft.group().regexes().get(entry.getKey());
            boolean same =
                    known != null && known.topics().equals(entry.getValue().topics());
            if (same || !used.contains(entry.getKey())) continue;
            draft.add(new Regex(its.id, entry.getKey(), entry.getValue()));
            changed |= known != null || !entry.getValue().topics().isEmpty();
        }
        if (changed) draft.bump(Trigger.topicsChanged());
        // What could not be written is found anew with the next heartbeat.
        return new Outcome<>(
                draft.records(),
                () -> {
                    its.because(draft);
                    again(its);
                },
                error -> its.resolveAgain = true);
    }

    private void again(LiveConsumerGroup its) {
        boolean all = its.resolveAgain;
        its.resolveAgain = false;
        if (all) resolveAll(its);
        else resolveNew(its);
    }
}
