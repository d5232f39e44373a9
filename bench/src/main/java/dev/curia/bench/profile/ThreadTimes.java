package dev.curia.bench.profile;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How long threads ran, and how long they were ready to run but had no processor, by the kind of thread; see {@code Documentation/scheduler/sched-stats.rst}
 * of Linux. Immutable.
 *
 * @param kinds by the name that all of a kind have
 */
record ThreadTimes(Map<String, Times> kinds) {
    private static final int MOST = 4;

    /** In nanoseconds; how often means how often it was given a processor. */
    record Times(long ran, long waited, long times) {
        Times plus(Times other) {
            return new Times(ran + other.ran, waited + other.waited, times + other.times);
        }

        Times minus(Times other) {
            return new Times(ran - other.ran, waited - other.waited, times - other.times);
        }
    }

    /** One thread, as the system tells. */
    record OfThread(String name, String schedstat) {
        String kind() {
            return name.replaceAll("[-#\\d\\s]+$", "");
        }

        Times times() {
            String[] fields = schedstat.trim().split(" ", -1);
            return new Times(Long.parseLong(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]));
        }
    }

    static ThreadTimes of(List<OfThread> threads) {
        Map<String, Times> kinds = new TreeMap<>();
        for (OfThread thread : threads) kinds.merge(thread.kind(), thread.times(), Times::plus);
        return new ThreadTimes(kinds);
    }

    /** Since then. Threads that ended meanwhile are left out of what their kind did. */
    ThreadTimes since(ThreadTimes before) {
        Map<String, Times> since = new TreeMap<>();
        kinds.forEach((kind, times) ->
                since.put(kind, times.minus(before.kinds.getOrDefault(kind, new Times(0, 0, 0)))));
        return new ThreadTimes(since);
    }

    /** Of the kinds that ran and waited longest. */
    String text(double seconds) {
        return kinds.entrySet().stream()
                .sorted(Comparator.comparingLong(
                        kind -> -kind.getValue().ran() - kind.getValue().waited()))
                .limit(MOST)
                .map(kind -> text(kind.getKey(), kind.getValue(), seconds * 1e9))
                .collect(Collectors.joining(", "));
    }

    private static String text(String kind, Times times, double nanos) {
        return String.format(
                Locale.ROOT,
                "`%s` %.0f + %.0f %% (%.2f ms each time)",
                kind,
                100 * times.ran() / nanos,
                100 * times.waited() / nanos,
                times.times() == 0 ? 0 : times.waited() / 1e6 / times.times());
    }
}
