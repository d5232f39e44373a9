package dev.curia.system;

import dev.curia.system.History.Entry;
import dev.curia.system.History.Reached;
import dev.curia.system.History.Seek;
import dev.curia.system.History.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Whether each consumer's polls were contiguous: between two seeks it never goes back, and never passes a record of the final log.
 * Pure. Offsets without a record in the final log, as compaction and transactions leave them, may be passed.
 */
record Polls(List<Step> steps, List<Entry> finalLog) {
    private record Lane(int consumer, int partition) {}

    void report(List<String> found) {
        Map<Integer, TreeSet<Long>> offsets = new HashMap<>();
        for (Entry entry : finalLog) {
            offsets.computeIfAbsent(entry.partition(), partition -> new TreeSet<>())
                    .add(entry.offset());
        }
        Map<Lane, Long> next = new HashMap<>();
        List<String> back = new ArrayList<>();
        List<String> passed = new ArrayList<>();
        for (Step step : steps) {
            Lane lane = new Lane(step.consumer(), step.partition());
            Long expected = next.get(lane);
            if (step instanceof Seek || expected == null) {
                next.put(lane, after(step));
                continue;
            }
            if (step.offset() < expected) back.add(step + ", expected from " + expected);
            Long inLog = offsets.getOrDefault(step.partition(), new TreeSet<>()).ceiling(expected);
            if (inLog != null && inLog < step.offset()) passed.add(step + ", passed from " + inLog);
            next.put(lane, after(step));
        }
        History.report(found, "consumers going back", back);
        History.report(found, "records passed by a consumer", passed);
    }

    private static long after(Step step) {
        boolean itself = step instanceof Seek || step instanceof Reached;
        return itself ? step.offset() : step.offset() + 1;
    }
}
