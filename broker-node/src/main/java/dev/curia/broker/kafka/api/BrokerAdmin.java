package dev.curia.broker.kafka.api;

import dev.curia.proto.admin.v1.UnregisterBrokerResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Changes which brokers the cluster knows, through the controller. Thread-safe. */
@FunctionalInterface
public interface BrokerAdmin {
    /** The answer comes when this broker has seen the change; fails when the controller did not answer in time: the outcome is unknown. */
    CompletableFuture<UnregisterBrokerResponse> unregister(int brokerId, Duration timeout);
}
