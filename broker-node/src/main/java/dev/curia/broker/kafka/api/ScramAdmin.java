package dev.curia.broker.kafka.api;

import dev.curia.proto.admin.v1.AlterScramCredentialsRequest;
import dev.curia.proto.admin.v1.AlterScramCredentialsResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Changes SCRAM credentials through the controller. Thread-safe. Answers and fails as {@link ClusterAdmin} does. */
public interface ScramAdmin {
    CompletableFuture<AlterScramCredentialsResponse> alterScramCredentials(
            AlterScramCredentialsRequest request, Duration timeout);
}
