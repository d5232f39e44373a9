package dev.curia.testkit;

import java.util.SplittableRandom;
import java.util.function.Function;

/** A small property runner: many random inputs, each from its own seed, which a failure names. */
public final class Check {
    private Check() {}

    /** A property of one input. */
    @FunctionalInterface
    public interface Property<T> {
        void holds(T input) throws Exception;
    }

    /**
     * Runs {@code property} on {@code runs} inputs. {@code -Dcheck.seed=N} runs the one input of that seed.
     *
     * @param generator makes an input from a random source; must use nothing else
     */
    public static <T> void forAll(int runs, Function<SplittableRandom, T> generator, Property<T> property) {
        Long only = Long.getLong("check.seed");
        for (long seed = 0; seed < runs; seed++) {
            long chosen = only == null ? seed : only;
            T input = generator.apply(new SplittableRandom(chosen));
            try {
                property.holds(input);
            } catch (Throwable t) {
                throw new AssertionError("fails with -Dcheck.seed=" + chosen + " on " + input, t);
            }
            if (only != null) return;
        }
    }
}
