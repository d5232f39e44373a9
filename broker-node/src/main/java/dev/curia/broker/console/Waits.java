package dev.curia.broker.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waiting for what was asked of the cluster, all of which ends by itself. Stateless. */
final class Waits {
    private Waits() {}

    static <T> T on(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ConsoleException failure) throw failure;
            throw e;
        }
    }

    /** What those that answered said, by who; and who did not, with why. */
    record All<T>(Map<Integer, T> answers, List<Map<String, Object>> missing) {}

    static <T> All<T> onAll(Map<Integer, CompletableFuture<T>> asked) {
        Map<Integer, T> answers = new LinkedHashMap<>();
        List<Map<String, Object>> missing = new ArrayList<>();
        asked.forEach((broker, answer) -> {
            try {
                answers.put(broker, on(answer));
            } catch (ConsoleException e) {
                missing.add(Map.of("brokerId", broker, "why", e.text()));
            }
        });
        return new All<>(answers, missing);
    }
}
