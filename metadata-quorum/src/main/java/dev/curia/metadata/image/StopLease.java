package dev.curia.metadata.image;

/**
 * The leave of one broker to stop and to start again. Immutable. There is at most one, so that two restarts cannot overlap.
 *
 * @param id never 0; another one each time it is given or renewed
 * @param brokerEpoch of the broker when it was given; with a later one it has started again
 * @param durationMillis after which a controller ends it, counted anew by each controller
 */
public record StopLease(long id, int brokerId, long brokerEpoch, long durationMillis) {
    public StopLease {
        if (id == 0) throw new IllegalArgumentException("lease id 0 means that there is none");
    }
}
