package dev.curia.broker.canary;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Changes the canary's topic. Thread-safe; a future that fails, or says nothing, means that the next round tries again. */
public interface CanaryTopic {
    String NAME = "__curia_canary";

    /** @param replicas of each partition, preferred leader first */
    CompletableFuture<?> create(List<List<Integer>> replicas);

    /** @param count of partitions with the new ones */
    CompletableFuture<?> add(int count, List<List<Integer>> replicas);

    CompletableFuture<?> reassign(Map<Integer, List<Integer>> replicas);

    CompletableFuture<?> electPreferred(List<Integer> partitions);
}
