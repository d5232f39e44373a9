package dev.curia.replica.grpc;

import dev.curia.replica.port.ReplicaLinks.Feed;
import dev.curia.replica.port.ReplicaLinks.FeedEvents;
import dev.curia.replica.port.ReplicaLinks.Subscription;

/** One subscription of a {@link LeaderLink}. Thread-safe. */
final class GrpcFeed implements Feed {
    private final int handle;
    private final Subscription subscription;
    private final FeedEvents events;
    private final LeaderLink link;
    // The newest, so that a subscription sent later than it was made tells them: acknowledgements before it reach
    // nobody.
    private volatile long acknowledgedOffset;
    private volatile long logStartOffset;

    GrpcFeed(int handle, Subscription subscription, FeedEvents events, LeaderLink link) {
        this.handle = handle;
        this.subscription = subscription;
        this.events = events;
        this.link = link;
        this.acknowledgedOffset = subscription.acknowledgedOffset();
        this.logStartOffset = subscription.logStartOffset();
    }

    int handle() {
        return handle;
    }

    Subscription subscription() {
        return subscription;
    }

    long acknowledgedOffset() {
        return acknowledgedOffset;
    }

    long logStartOffset() {
        return logStartOffset;
    }

    FeedEvents events() {
        return events;
    }

    @Override
    public void acknowledge(long upTo, long logStart) {
        acknowledgedOffset = upTo;
        logStartOffset = logStart;
        LeaderConnection connection = link.connection();
        if (connection != null) connection.acknowledge(handle, subscription.leaderEpoch(), upTo, logStart);
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
