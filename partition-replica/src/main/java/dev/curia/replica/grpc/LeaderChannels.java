package dev.curia.replica.grpc;

import dev.curia.replica.port.Peers;
import io.grpc.ManagedChannel;

/** Makes channels to leaders. Thread-safe. */
public interface LeaderChannels {
    /**
     * A channel that connects at its first call. The caller shuts it down.
     *
     * @param maxFrameBytes the largest message taken from it
     */
    ManagedChannel open(Peers.Address address, int maxFrameBytes);
}
