package dev.curia.system;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measured times, one line each on the terminal: what a person looks for in a run that passed. */
final class Figures {
    private static final Logger LOG = LoggerFactory.getLogger(Figures.class);

    private Figures() {}

    /** @param value with its unit */
    static void report(String what, String value) {
        LOG.info("FIGURE {}: {}", what, value);
    }

    static void report(String what, Duration value) {
        LOG.info("FIGURE {}: {} ms", what, value.toMillis());
    }
}
