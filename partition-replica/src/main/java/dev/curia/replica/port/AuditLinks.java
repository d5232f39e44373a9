package dev.curia.replica.port;

import dev.curia.proto.replication.v1.DigestRequest;
import dev.curia.proto.replication.v1.DigestResponse;
import java.util.concurrent.CompletableFuture;

/** Asks other brokers for digests. Thread-safe; must not block. */
@FunctionalInterface
public interface AuditLinks {
    /** Fails when the broker cannot be asked or does not answer. May complete on any thread. */
    CompletableFuture<DigestResponse> ask(int broker, DigestRequest request);
}
