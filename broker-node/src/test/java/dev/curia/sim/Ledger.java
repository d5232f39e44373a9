package dev.curia.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one partition has committed so far, as its leaders have shown: the truth that replicas, acknowledgements and reads are held against. */
final class Ledger {
    private final List<String> values = new ArrayList<>();
    private final Map<String, Integer> offsets = new HashMap<>();
    private final Map<Integer, Integer> lastOfProducer = new HashMap<>();
    private int epoch = -1;

    int size() {
        return values.size();
    }

    /** Of the leader that committed the newest value. */
    int epoch() {
        return epoch;
    }

    String value(int offset) {
        return values.get(offset);
    }

    /** @return what is wrong with it (I3: once only; I6: each producer's values in order, none left out) */
    Optional<String> add(String value, int byEpoch) {
        int offset = values.size();
        values.add(value);
        epoch = Math.max(epoch, byEpoch);
        Integer before = offsets.put(value, offset);
        if (before != null) return Optional.of("I3: " + value + " is at offset " + before + " and at " + offset);
        int producer = producer(value);
        int number = number(value);
        Integer last = lastOfProducer.put(producer, number);
        int expected = last == null ? 0 : last + 1;
        if (number != expected)
            return Optional.of("I6: " + value + " at offset " + offset + ", expected number " + expected);
        return Optional.empty();
    }

    private static int producer(String value) {
        return Integer.parseInt(value.substring(0, value.indexOf('-')));
    }

    private static int number(String value) {
        return Integer.parseInt(value.substring(value.indexOf('-') + 1));
    }
}
