package dev.curia.replica.port;

import dev.curia.proto.replication.v1.ContactResponse;
import java.util.concurrent.CompletableFuture;

/** Asks other brokers whether they hear a controller. Thread-safe; must not block. */
@FunctionalInterface
public interface ContactLinks {
    /** Fails when the broker cannot be asked or does not answer. May complete on any thread. */
    CompletableFuture<ContactResponse> askContact(int broker);
}
