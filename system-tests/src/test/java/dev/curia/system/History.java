package dev.curia.system;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the clients of one topic saw, and the log that is left when all faults are healed. Says which promises were broken. Pure:
 * a send without an acknowledgement may or may not be in the log. Values are unique; times are of one monotonic clock.
 *
 * @param reads what consumers did during the run, for each of them in the order in which it happened
 * @param ends the end offsets that consumers were told
 * @param finalLog what a new consumer reads from the beginning to the end afterwards
 */
record History(List<Sent> sends, List<Ack> acks, List<Step> reads, List<End> ends, List<Entry> finalLog) {
    private static final int SHOWN = 5;

    /** A value: the producer instance it comes from, and its number there. */
    record Value(int producer, long sequence) {
        static Value parse(String text) {
            int slash = text.indexOf('/');
            if (slash <= 0) throw new IllegalArgumentException("not a value: " + text);
            return new Value(Integer.parseInt(text, 0, slash, 10), Long.parseLong(text.substring(slash + 1)));
        }

        @Override
        public String toString() {
            return producer + "/" + sequence;
        }
    }

    record Sent(Value value, int partition, long atNanos) {}

    record Ack(Value value, int partition, long offset, long atNanos) {}

    record Entry(int partition, long offset, Value value) {}

    /** A step of a consumer in one partition. */
    sealed interface Step {
        int consumer();

        int partition();

        long offset();
    }

    /** From now on the consumer reads from here. */
    record Seek(int consumer, int partition, long offset) implements Step {}

    /** It was handed a record. */
    record Read(int consumer, Entry entry) implements Step {
        @Override
        public int partition() {
            return entry.partition;
        }

        @Override
        public long offset() {
            return entry.offset;
        }
    }

    /** It has, by its own account, read everything below this offset. */
    record Reached(int consumer, int partition, long offset) implements Step {}

    /** An end offset: asked for then, told then. */
    record End(int partition, long offset, long askedAtNanos, long toldAtNanos) {}

    private record Position(int partition, long offset) {}

    private record Lane(int producer, int partition) {}

    /** Broken promises, the worst first; empty when all is well. At most a few of each kind are named. */
    List<String> violations() {
        List<String> found = new ArrayList<>();
        Map<Position, Value> log = new HashMap<>();
        List<String> conflicts = new ArrayList<>();
        for (Entry entry : finalLog) {
            Value other = log.putIfAbsent(new Position(entry.partition, entry.offset), entry.value);
            if (other != null) conflicts.add(entry + " and " + other);
        }
        report(found, "acknowledged but lost", lost(log));
        report(found, "two values at one offset", conflicts(log, conflicts));
        report(found, "read but vanished", vanished(log));
        report(found, "never sent", foreign());
        report(found, "stored twice", duplicates());
        report(found, "one producer's values out of order", reordered());
        report(found, "stored before what was acknowledged before it was sent", timeTravels());
        new Polls(reads, finalLog).report(found);
        report(found, "acknowledged, but not below an end offset asked for later", endsTooLow());
        report(found, "end offsets that went back", endsGoneBack());
        return found;
    }

    private List<String> lost(Map<Position, Value> log) {
        return acks.stream()
                .filter(ack -> !log.containsKey(new Position(ack.partition, ack.offset)))
                .map(Ack::toString)
                .toList();
    }

    /** Of anything that anybody was ever told, in the final log or not. */
    private List<String> conflicts(Map<Position, Value> log, List<String> inLog) {
        Map<Position, Value> known = new HashMap<>(log);
        List<String> found = new ArrayList<>(inLog);
        for (Ack ack : acks) {
            Value other = known.putIfAbsent(new Position(ack.partition, ack.offset), ack.value);
            if (other != null && !other.equals(ack.value)) found.add(ack + ", others saw " + other);
        }
        for (Step step : reads) {
            if (!(step instanceof Read read)) continue;
            Value other = known.putIfAbsent(new Position(read.partition(), read.offset()), read.entry.value);
            if (other != null && !other.equals(read.entry.value)) found.add(read + ", others saw " + other);
        }
        return found;
    }

    private List<String> vanished(Map<Position, Value> log) {
        return reads.stream()
                .filter(Read.class::isInstance)
                .filter(read -> !log.containsKey(new Position(read.partition(), read.offset())))
                .map(Step::toString)
                .toList();
    }

    private List<String> foreign() {
        Map<Value, Integer> sent = new HashMap<>();
        sends.forEach(send -> sent.put(send.value, send.partition));
        return finalLog.stream()
                .filter(entry -> sent.getOrDefault(entry.value, -1) != entry.partition)
                .map(Entry::toString)
                .toList();
    }

    private List<String> duplicates() {
        Set<Value> seen = new HashSet<>();
        return finalLog.stream()
                .filter(entry -> !seen.add(entry.value))
                .map(Entry::toString)
                .toList();
    }

    private List<String> reordered() {
        Map<Lane, Entry> newest = new HashMap<>();
        List<String> found = new ArrayList<>();
        for (Entry entry : byOffset()) {
            Entry before = newest.put(new Lane(entry.value.producer, entry.partition), entry);
            if (before != null && before.value.sequence > entry.value.sequence) found.add(entry + " after " + before);
        }
        return found;
    }

    /** From the end of each partition: nothing may be acknowledged before something at a smaller offset was sent. */
    private List<String> timeTravels() {
        Map<Value, Long> sentAt = new HashMap<>();
        Map<Value, Long> ackedAt = new HashMap<>();
        sends.forEach(send -> sentAt.put(send.value, send.atNanos));
        acks.forEach(ack -> ackedAt.put(ack.value, ack.atNanos));
        Map<Integer, Long> earliestLaterAck = new HashMap<>();
        List<String> found = new ArrayList<>();
        List<Entry> ordered = byOffset();
        for (int i = ordered.size() - 1; i >= 0; i--) {
            Entry entry = ordered.get(i);
            Long sent = sentAt.get(entry.value);
            Long laterAck = earliestLaterAck.get(entry.partition);
            if (sent != null && laterAck != null && laterAck < sent) found.add(entry.toString());
            Long acked = ackedAt.get(entry.value);
            if (acked != null) earliestLaterAck.merge(entry.partition, acked, Math::min);
        }
        return found;
    }

    /** What was acknowledged before a consumer asked for the end offset is below it. */
    private List<String> endsTooLow() {
        Map<Integer, TreeMap<Long, Ack>> highestByTime = new HashMap<>();
        acks.stream().sorted(Comparator.comparingLong(Ack::atNanos)).forEach(ack -> {
            TreeMap<Long, Ack> highest = highestByTime.computeIfAbsent(ack.partition, partition -> new TreeMap<>());
            Map.Entry<Long, Ack> before = highest.lastEntry();
            if (before == null || before.getValue().offset < ack.offset) highest.put(ack.atNanos, ack);
        });
        List<String> found = new ArrayList<>();
        for (End end : ends) {
            Map.Entry<Long, Ack> acked =
                    highestByTime.getOrDefault(end.partition, new TreeMap<>()).lowerEntry(end.askedAtNanos);
            if (acked != null && acked.getValue().offset >= end.offset) found.add(acked.getValue() + ", " + end);
        }
        return found;
    }

    private List<String> endsGoneBack() {
        Map<Integer, TreeMap<Long, End>> highestByTime = new HashMap<>();
        List<String> found = new ArrayList<>();
        ends.stream().sorted(Comparator.comparingLong(End::toldAtNanos)).forEach(end -> {
            TreeMap<Long, End> highest = highestByTime.computeIfAbsent(end.partition, partition -> new TreeMap<>());
            Map.Entry<Long, End> before = highest.lowerEntry(end.askedAtNanos);
            if (before != null && before.getValue().offset > end.offset) found.add(end + " after " + before.getValue());
            Map.Entry<Long, End> top = highest.lastEntry();
            if (top == null || top.getValue().offset < end.offset) highest.put(end.toldAtNanos, end);
        });
        return found;
    }

    private List<Entry> byOffset() {
        return finalLog.stream()
                .sorted(Comparator.comparingInt(Entry::partition).thenComparingLong(Entry::offset))
                .toList();
    }

    static void report(List<String> found, String what, List<String> cases) {
        if (cases.isEmpty()) return;
        found.add(cases.size() + " " + what + ": "
                + String.join("; ", cases.subList(0, Math.min(SHOWN, cases.size()))));
    }
}
