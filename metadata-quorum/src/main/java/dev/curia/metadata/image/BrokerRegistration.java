package dev.curia.metadata.image;

import dev.curia.common.id.Uuid;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A broker that the cluster knows. Immutable.
 *
 * @param epoch of this registration; unique and rising over all brokers, fences earlier incarnations
 * @param incarnationId of the process that registered
 * @param listeners where Kafka clients connect, one a listener name
 * @param rpc where other brokers and gRPC clients connect
 * @param fenced registered, but may not lead or be in sync
 * @param standing what an administrator wants of it; kept over registrations
 * @param features which levels its build can work with, by name; of others only level 0
 */
public record BrokerRegistration(
        int id,
        long epoch,
        Uuid incarnationId,
        List<ServerEndpoint> listeners,
        ServerEndpoint rpc,
        Optional<String> rack,
        List<Uuid> logDirIds,
        boolean fenced,
        Standing standing,
        Map<String, LevelRange> features) {
    public BrokerRegistration {
        listeners = List.copyOf(listeners);
        logDirIds = List.copyOf(logDirIds);
        features = Map.copyOf(features);
    }

    /** Where this listener is reached, if the broker has it. */
    public Optional<ServerEndpoint> listener(String name) {
        return listeners.stream().filter(e -> e.listener().equals(name)).findFirst();
    }

    public BrokerRegistration withFenced(boolean nowFenced) {
        return new BrokerRegistration(
                id, epoch, incarnationId, listeners, rpc, rack, logDirIds, nowFenced, standing, features);
    }

    public BrokerRegistration withStanding(Standing now) {
        return new BrokerRegistration(id, epoch, incarnationId, listeners, rpc, rack, logDirIds, fenced, now, features);
    }

    /** The levels of this feature that it can work with. */
    public LevelRange feature(String name) {
        return features.getOrDefault(name, LevelRange.NONE);
    }

    /** Alive, and new replicas may be placed on it. */
    public boolean takesReplicas() {
        return !fenced && standing == Standing.IN_SERVICE;
    }

    /** Its rack's name; brokers without one are in a rack without a name. */
    public String rackName() {
        return rack.orElse("");
    }
}
