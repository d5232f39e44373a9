package dev.curia.bench.profile;

import dev.curia.bench.load.ServerUsage;
import dev.curia.bench.load.Work;
import java.io.IOException;
import java.util.concurrent.ExecutionException;

/**
 * One row of the comparison, of which it is shown where the time goes.
 *
 * @param title of its table
 */
record Load(String title, Unit unit, Action action) {
    /** Loads servers, once. */
    interface Action {
        /** @param usage of the servers, whose window is that of the samples */
        Work run(ServerUsage usage) throws ExecutionException, IOException;
    }
}
