package dev.curia.broker.http;

import java.util.Optional;

/** Whether a node, or a part of it, can serve now. Thread-safe. */
@FunctionalInterface
public interface Readiness {
    /** Empty when ready; else what is missing, for people. */
    Optional<String> notReadyBecause();
}
