package dev.curia.broker.http;

/** Pages besides the endpoint's own. Thread-safe; may block, on threads that serve nothing else. */
@FunctionalInterface
public interface Site {
    /** Answers everything that is not the endpoint's; what it throws is answered with 500 and logged. */
    Reply answer(Request request);
}
