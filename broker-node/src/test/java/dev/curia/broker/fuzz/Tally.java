package dev.curia.broker.fuzz;

import dev.curia.broker.fuzz.FuzzClient.Fate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How requests of each form fared, by the way in which they were made. Not thread-safe. */
final class Tally {
    /** How a request was made. */
    enum Way {
        /** Random values in the form that its schema has. */
        VALID,
        /** The same with some bytes changed, lengths and counts among them. */
        MUTATED,
        /** A good header with random bytes behind it. */
        NOISE,
        /** A length that does not fit what follows. */
        LIE
    }

    private record Key(Form form, Way way) {}

    private static final Set<Fate> ARRIVED = Set.of(Fate.ANSWERED, Fate.WAITING, Fate.REFUSED);

    private final Map<Key, Map<Fate, Integer>> counts = new HashMap<>();
    private final List<String> unanswered = new ArrayList<>();

    void count(Form form, Way way, Fate fate) {
        counts.computeIfAbsent(new Key(form, way), key -> new EnumMap<>(Fate.class))
                .merge(fate, 1, Integer::sum);
    }

    void unanswered(List<String> frames) {
        unanswered.addAll(frames);
    }

    void add(Tally other) {
        other.counts.forEach((key, fates) -> {
            Map<Fate, Integer> mine = counts.computeIfAbsent(key, k -> new EnumMap<>(Fate.class));
            fates.forEach((fate, count) -> mine.merge(fate, count, Integer::sum));
        });
        unanswered.addAll(other.unanswered);
    }

    /** Frames, in hexadecimal, that were neither answered nor led to a closed connection. */
    List<String> unanswered() {
        return unanswered;
    }

    /** Of all forms. */
    Map<Fate, Integer> of(Way way) {
        Map<Fate, Integer> sum = new EnumMap<>(Fate.class);
        counts.forEach((key, fates) -> {
            if (key.way == way) fates.forEach((fate, count) -> sum.merge(fate, count, Integer::sum));
        });
        return sum;
    }

    /** What was not sent in each way, or whose valid requests never got as far as an answer. */
    List<String> missing(Collection<Form> forms) {
        List<String> missing = new ArrayList<>();
        for (Form form : forms) {
            for (Way way : List.of(Way.VALID, Way.MUTATED, Way.NOISE)) {
                if (!counts.containsKey(new Key(form, way))) missing.add(form + ": none was " + way);
            }
            Map<Fate, Integer> valid = counts.getOrDefault(new Key(form, Way.VALID), Map.of());
            if (!valid.isEmpty() && Collections.disjoint(valid.keySet(), ARRIVED)) {
                missing.add(form + ": no valid one was answered, but " + valid);
            }
        }
        return missing;
    }
}
