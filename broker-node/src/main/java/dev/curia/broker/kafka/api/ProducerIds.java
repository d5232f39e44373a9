package dev.curia.broker.kafka.api;

import dev.curia.broker.kafka.api.ProducerIdBlocks.Block;
import dev.curia.broker.txn.FreshProducerIds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** Hands out producer ids, each once in the cluster's life, from blocks of the controller's. Thread-safe; never blocks. */
public final class ProducerIds implements FreshProducerIds {
    /** Requests that may wait for a block. */
    private static final int MAX_WAITING = 10_000;

    private final ProducerIdBlocks blocks;

    // Guarded by this.
    private final ArrayDeque<CompletableFuture<Long>> waiting = new ArrayDeque<>();
    private long next;
    private long end; // exclusive
    private boolean asking;

    public ProducerIds(ProducerIdBlocks blocks) {
        this.blocks = blocks;
    }

    /** Fails with COORDINATOR_LOAD_IN_PROGRESS, which clients retry, while no block can be had. */
    @Override
    public CompletableFuture<Long> next() {
        CompletableFuture<Long> id = new CompletableFuture<>();
        boolean ask;
        synchronized (this) {
            if (next < end) return CompletableFuture.completedFuture(next++);
            if (waiting.size() >= MAX_WAITING) return CompletableFuture.failedFuture(notNow());
            waiting.add(id);
            ask = !asking;
            asking = true;
        }
        if (ask) ask();
        return id;
    }

    private void received(@Nullable Block block, @Nullable Throwable failure) {
        List<Runnable> answers = new ArrayList<>();
        boolean more;
        synchronized (this) {
            if (block != null) {
                next = block.first();
                end = block.first() + block.count();
            }
            while (!waiting.isEmpty() && (block == null || next < end)) {
                CompletableFuture<Long> asker = waiting.remove();
                if (block == null) {
                    answers.add(() -> asker.completeExceptionally(notNow()));
                } else {
                    long id = next++;
                    answers.add(() -> asker.complete(id));
                }
            }
            more = !waiting.isEmpty();
            asking = more;
        }
        answers.forEach(Runnable::run);
        if (more) ask();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // received() sees both outcomes
    private void ask() {
        blocks.next().whenComplete(this::received);
    }

    private static RuntimeException notNow() {
        return Errors.COORDINATOR_LOAD_IN_PROGRESS.exception("no producer ids can be had from the controller now");
    }
}
