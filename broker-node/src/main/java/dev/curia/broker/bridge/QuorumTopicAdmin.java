package dev.curia.broker.bridge;

import dev.curia.broker.kafka.api.TopicAdmin;
import dev.curia.metadata.client.MetadataWatcher;
import dev.curia.metadata.client.QuorumClient;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Changes topics at the controller, and answers when this broker has seen the change. Thread-safe. */
public final class QuorumTopicAdmin implements TopicAdmin {
    private final QuorumClient quorum;
    private final MetadataWatcher metadata;

    public QuorumTopicAdmin(QuorumClient quorum, MetadataWatcher metadata) {
        this.quorum = quorum;
        this.metadata = metadata;
    }

    @Override
    public CompletableFuture<CreateTopicsResponse> createTopics(CreateTopicsRequest request, Duration timeout) {
        return quorum.createTopics(request)
                .thenCompose(
                        response -> metadata.awaitIndex(response.getIndex()).thenApply(seen -> response))
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletableFuture<DeleteTopicsResponse> deleteTopics(DeleteTopicsRequest request, Duration timeout) {
        return quorum.deleteTopics(request)
                .thenCompose(
                        response -> metadata.awaitIndex(response.getIndex()).thenApply(seen -> response))
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }
}
