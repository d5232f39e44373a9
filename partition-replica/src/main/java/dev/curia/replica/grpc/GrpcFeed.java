package dev.curia.replica.grpc;

import dev.curia.replica.port.ReplicaLinks.Feed;
import dev.curia.replica.port.ReplicaLinks.FeedEvents;
import dev.curia.replica.port.ReplicaLinks.Subscription;

/** One subscription of a {@link LeaderLink}. Immutable but for its link's maps. */
final class GrpcFeed implements Feed {
    private final int handle;
    private final Subscription subscription;
    private final FeedEvents events;
    private final LeaderLink link;

    GrpcFeed(int handle, Subscription subscription, FeedEvents events, LeaderLink link) {
        this.handle = handle;
        this.subscription = subscription;
        this.events = events;
        this.link = link;
    }

    int handle() {
        return handle;
    }

    Subscription subscription() {
        return subscription;
    }

    FeedEvents events() {
        return events;
    }

    @Override
    public void acknowledge(long logEndOffset, long logStartOffset) {
        LeaderConnection connection = link.connection();
        if (connection != null)
            connection.acknowledge(handle, subscription.leaderEpoch(), logEndOffset, logStartOffset);
    }

    @Override
    public void flush() {
        LeaderConnection connection = link.connection();
        if (connection != null) connection.flush();
    }

    @Override
    public void close() {
        link.ended(this);
    }
}
