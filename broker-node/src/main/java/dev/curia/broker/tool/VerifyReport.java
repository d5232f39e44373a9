package dev.curia.broker.tool;

import dev.curia.log.inspect.LogVerifier;
import dev.curia.log.inspect.PartitionSummary;
import java.io.IOException;

/** How a verification is shown. What it throws as {@link Ended} ends the run. */
interface VerifyReport extends LogVerifier.Sink {
    /** @param bytes of all segments that will be read */
    void begin(long bytes, boolean stoppedCleanly) throws IOException;

    void end(PartitionSummary total, long nanos, int exitCode) throws IOException;

    /** Writing failed. */
    final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final IOException cause;

        Ended(IOException cause) {
            super(cause);
            this.cause = cause;
        }

        IOException cause() {
            return cause;
        }
    }
}
