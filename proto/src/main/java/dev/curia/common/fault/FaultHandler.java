package dev.curia.common.fault;

/**
 * Takes a broken invariant: something that cannot be answered with an error because the state itself is in doubt. In production it
 * logs and halts the process; in a test it fails the test. Thread-safe.
 */
@FunctionalInterface
public interface FaultHandler {
    /**
     * @param what which invariant, of which object, with its value
     * @param cause what was thrown
     */
    void fatal(String what, Throwable cause);
}
