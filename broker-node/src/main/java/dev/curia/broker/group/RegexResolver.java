package dev.curia.broker.group;

import dev.curia.broker.group.state.ConsumerRecord.Resolved;
import dev.curia.broker.group.state.RegexPort;
import dev.curia.common.fault.FaultHandler;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Matches expressions against the names of all topics, on threads of its own. Thread-safe. */
final class RegexResolver implements RegexPort {
    /**
     * Names of topics at one moment.
     *
     * @param version rises with changes
     */
    record Names(Collection<String> topics, long version, long wallMs) {}

    private final Supplier<Names> names;
    private final Subscribers subscribers;
    private final Executor executor;
    private final FaultHandler faults;
    private final BiConsumer<String, Map<String, Resolved>> found;

    /** @param found hears of a group what its expressions match; on the executor */
    RegexResolver(
            Supplier<Names> names,
            Subscribers subscribers,
            Executor executor,
            FaultHandler faults,
            BiConsumer<String, Map<String, Resolved>> found) {
        this.names = names;
        this.subscribers = subscribers;
        this.executor = executor;
        this.faults = faults;
        this.found = found;
    }

    @Override
    public void check(String expression) {
        NameExpression.of(expression);
    }

    @Override
    public void resolve(String groupId, Set<String> expressions) {
        subscribers.withVisible(groupId, visible -> executor.execute(() -> resolve(groupId, expressions, visible)));
    }

    private void resolve(String groupId, Set<String> expressions, Predicate<String> visible) {
        try {
            Names all = names.get();
            Names now = new Names(all.topics().stream().filter(visible).toList(), all.version(), all.wallMs());
            Map<String, Resolved> resolved = new LinkedHashMap<>();
            expressions.forEach(expression -> resolved.put(expression, resolve(expression, now)));
            found.accept(groupId, resolved);
        } catch (RuntimeException | Error e) {
            faults.fatal("resolving the subscriptions of group " + groupId, e);
        }
    }

    private static Resolved resolve(String expression, Names now) {
        TreeSet<String> topics = new TreeSet<>();
        try {
            NameExpression regex = NameExpression.of(expression);
            for (String topic : now.topics()) if (regex.matches(topic)) topics.add(topic);
        } catch (IllegalArgumentException e) {
            // Accepted by another version, or by Kafka: here it matches nothing.
            topics.clear();
        }
        return new Resolved(topics, now.version(), now.wallMs());
    }
}
