package dev.curia.broker.lag;

import dev.curia.broker.lag.LagRound.Lag;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The newest rounds of a group, up to a number, packed: a column of numbers for each topic. Not thread-safe. */
final class LagColumns {
    private static final long ABSENT = -2;
    private static final int FIRST_LENGTH = 8;

    private final int capacity;
    private final Map<String, Column> columns = new HashMap<>();
    private long[] times = new long[0];
    private int oldest;
    private int size;

    /** Grows with what is in it. */
    private static final class Column {
        private long[] records = new long[0];
        private float[] seconds = new float[0];
        private int present;

        void lengthen(int length) {
            int old = records.length;
            records = Arrays.copyOf(records, length);
            seconds = Arrays.copyOf(seconds, length);
            Arrays.fill(records, old, length, ABSENT);
        }

        void set(int slot, Lag lag) {
            if (records[slot] == ABSENT) present++;
            records[slot] = lag.records();
            seconds[slot] = lag.seconds();
        }

        void clear(int slot) {
            if (records[slot] != ABSENT) present--;
            records[slot] = ABSENT;
        }
    }

    LagColumns(int capacity) {
        this.capacity = capacity;
    }

    /** Behind the others; when there is no room the oldest goes. */
    void add(LagRound round) {
        if (size == capacity) {
            oldest = slot(1);
        } else {
            if (size == times.length) lengthen(Math.min(capacity, Math.max(FIRST_LENGTH, 2 * size)));
            size++;
        }
        replaceNewest(round);
    }

    private void lengthen(int length) {
        times = Arrays.copyOf(times, length);
        columns.values().forEach(column -> column.lengthen(length));
    }

    /** There is one. */
    void replaceNewest(LagRound round) {
        int slot = slot(size - 1);
        times[slot] = round.atMs();
        columns.values().forEach(column -> column.clear(slot));
        round.topics().forEach((topic, lag) -> column(topic).set(slot, lag));
        columns.values().removeIf(column -> column.present == 0);
    }

    private Column column(String topic) {
        return columns.computeIfAbsent(topic, name -> {
            Column column = new Column();
            column.lengthen(times.length);
            return column;
        });
    }

    /** Where the round is that came so many after the oldest. */
    private int slot(int number) {
        return (oldest + number) % times.length;
    }

    int size() {
        return size;
    }

    /** How many there are in any of the rounds. */
    int topics() {
        return columns.size();
    }

    /** @param number from 0, the oldest, to below {@link #size} */
    LagRound round(int number) {
        int slot = slot(number);
        Map<String, Lag> topics = new HashMap<>();
        columns.forEach((topic, column) -> {
            if (column.records[slot] != ABSENT) topics.put(topic, new Lag(column.records[slot], column.seconds[slot]));
        });
        return new LagRound(times[slot], topics);
    }

    /** Oldest first. */
    List<LagRound> rounds() {
        List<LagRound> rounds = new ArrayList<>(size);
        for (int i = 0; i < size; i++) rounds.add(round(i));
        return rounds;
    }
}
