package dev.curia.broker.lag;

import dev.curia.broker.lag.LagRound.Lag;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * How far the groups that this broker coordinates were behind, in memory, for as many topics of groups as there is room for: a group has all of its topics
 * in it, or is left out. What was a group of ours stays for a day, unless a new one needs the room. Thread-safe.
 */
public final class LagHistory {
    static final long FORGOTTEN_AFTER_MS = GroupHistory.OLDER * GroupHistory.STEP_MS;

    private final int mostTopics;
    private final Map<String, GroupHistory> groups = new HashMap<>();

    /**
     * @param atMs wall clock
     * @param records not read; empty: a leader did not tell
     * @param seconds how old the oldest of them was; 0: all was read
     */
    public record Point(long atMs, OptionalLong records, double seconds) {
        private static Point of(long atMs, Lag lag) {
            return new Point(
                    atMs,
                    lag.known() ? OptionalLong.of(lag.records()) : OptionalLong.empty(),
                    Math.round(lag.seconds() * 1_000.0) / 1_000.0);
        }
    }

    /** @param mostTopics of all groups together */
    public LagHistory(int mostTopics) {
        this.mostTopics = mostTopics;
    }

    /**
     * @param rounds of the groups that this broker coordinates now, all of one time
     * @return how many of these groups are left out
     */
    synchronized int add(long atMs, Map<String, LagRound> rounds) {
        groups.values().removeIf(history -> history.newestMs() < atMs - FORGOTTEN_AFTER_MS);
        int leftOut = 0;
        int kept = groups.values().stream().mapToInt(GroupHistory::topics).sum();
        for (Map.Entry<String, LagRound> entry : rounds.entrySet()) {
            GroupHistory history = groups.computeIfAbsent(entry.getKey(), name -> new GroupHistory());
            int before = history.topics();
            history.add(entry.getValue());
            kept += history.topics() - before;
            while (kept > mostTopics) {
                String out = longestAway(rounds).orElse(entry.getKey());
                GroupHistory gone = groups.remove(out);
                if (gone != null) kept -= gone.topics();
                if (out.equals(entry.getKey())) {
                    leftOut++;
                    break;
                }
            }
        }
        return leftOut;
    }

    private Optional<String> longestAway(Map<String, LagRound> here) {
        return groups.entrySet().stream()
                .filter(entry -> !here.containsKey(entry.getKey()))
                .min(Comparator.comparingLong(entry -> entry.getValue().newestMs()))
                .map(Map.Entry::getKey);
    }

    /**
     * What is kept of a group, oldest first.
     *
     * @param topic empty: all of them together
     */
    public List<Point> of(String group, Optional<String> topic) {
        List<LagRound> rounds = new ArrayList<>();
        synchronized (this) {
            GroupHistory history = groups.get(group);
            if (history != null) rounds.addAll(history.rounds());
        }
        return rounds.stream()
                .flatMap(round -> topic.map(name -> round.of(name).stream())
                        .orElseGet(() -> Stream.of(round.whole()))
                        .map(lag -> Point.of(round.atMs(), lag)))
                .toList();
    }
}
