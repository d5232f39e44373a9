package dev.curia.broker.http;

import java.util.Optional;

/** Whether one part of the node can serve now. Thread-safe. */
@FunctionalInterface
public interface Readiness {
    /** Empty when ready; else what is missing, for people. */
    Optional<String> notReadyBecause();
}
