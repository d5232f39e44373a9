package dev.curia.replica.port;

import java.util.Optional;

/** Where other brokers listen for replication: a view on the newest metadata. Thread-safe; asked before each connect. */
@FunctionalInterface
public interface Peers {
    Optional<Address> find(int brokerId);

    /** A broker's gRPC listener. */
    record Address(String host, int port) {}
}
