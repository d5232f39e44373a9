package dev.curia.broker.lag;

import java.util.ArrayList;
import java.util.List;

/**
 * How far one group was behind: the newest rounds, and of each five minutes before them the round in which it was furthest behind, up to a day's worth.
 * Not thread-safe.
 */
final class GroupHistory {
    static final int RECENT = 120;
    static final int OLDER = 288;
    static final long STEP_MS = 5 * 60_000;

    private LagColumns recent = new LagColumns(RECENT);
    private LagColumns older = new LagColumns(OLDER);
    private long newestMs = Long.MIN_VALUE;

    void add(LagRound round) {
        // The clock was set back: what was is at no time that can be told any more.
        if (round.atMs() <= newestMs) {
            recent = new LagColumns(RECENT);
            older = new LagColumns(OLDER);
        }
        newestMs = round.atMs();
        recent.add(round);
        if (older.size() == 0) older.add(round);
        else {
            LagRound last = older.round(older.size() - 1);
            if (step(last) != step(round)) older.add(round);
            else if (last.whole().records() < round.whole().records()) older.replaceNewest(round);
        }
    }

    private static long step(LagRound round) {
        return Math.floorDiv(round.atMs(), STEP_MS);
    }

    /** When the newest round was. */
    long newestMs() {
        return newestMs;
    }

    /** Of whom something is kept. */
    int topics() {
        return Math.max(recent.topics(), older.topics());
    }

    /** Oldest first. */
    List<LagRound> rounds() {
        List<LagRound> newest = recent.rounds();
        List<LagRound> all = new ArrayList<>();
        for (LagRound round : older.rounds()) {
            if (newest.isEmpty() || round.atMs() < newest.get(0).atMs()) all.add(round);
        }
        all.addAll(newest);
        return all;
    }
}
