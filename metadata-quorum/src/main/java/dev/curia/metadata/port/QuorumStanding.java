package dev.curia.metadata.port;

/**
 * How a quorum node itself fares, as far as it can tell alone. Immutable.
 *
 * @param self as configured
 * @param clusterId as configured
 * @param voter is in the quorum
 * @param removed was in the quorum while this process ran, and is not any more
 * @param leads and has applied everything from earlier terms
 * @param silenceMillis since it heard of the leader, or of a majority when it leads itself; -1: of nobody yet
 * @param knownIndex committed somewhere as far as it has heard; at least {@code appliedIndex}
 * @param appliedIndex of the metadata log
 * @param diskUsableBytes where its directory is
 */
public record QuorumStanding(
        QuorumStatus.Node self,
        String clusterId,
        boolean voter,
        boolean removed,
        boolean leads,
        long silenceMillis,
        long knownIndex,
        long appliedIndex,
        long diskUsableBytes,
        long diskTotalBytes) {
    /** Entries that it knows of and has not applied. */
    public long behind() {
        return knownIndex - appliedIndex;
    }
}
