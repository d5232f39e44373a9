package dev.curia.broker.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a handler of a shard decided: records to append, and what to do when they are committed, or surely never will be. Exactly one of
 * the two runs, on the shard's thread; {@code committed} after the records were replayed. Without records, {@code committed} runs at
 * once. When the shard is unloaded first, neither runs: {@link Shard#unloaded} answers whoever waits.
 */
public record Outcome<R>(List<R> records, Runnable committed, Consumer<Errors> failed) {
    public Outcome {
        records = List.copyOf(records);
    }

    /** Nothing to persist: everything has been answered. */
    public static <R> Outcome<R> none() {
        return new Outcome<>(List.of(), () -> {}, error -> {});
    }

    /** This, then {@code after}, as one atomic append. */
    public Outcome<R> and(Outcome<R> after) {
        List<R> both = new ArrayList<>(records);
        both.addAll(after.records);
        return new Outcome<>(
                both,
                () -> {
                    committed.run();
                    after.committed.run();
                },
                error -> {
                    failed.accept(error);
                    after.failed.accept(error);
                });
    }
}
