package dev.curia.metadata.image;

/**
 * Which cluster the metadata is of, and which course of events it tells. Immutable.
 *
 * @param id empty before the first controller has named the cluster
 * @param history empty at first; another, random one from each restore of a backup and each recovery with loss on. Metadata of another
 *     history than a broker followed before may have forgotten partitions that nobody removed.
 */
public record ClusterIdentity(String id, String history) {
    static final ClusterIdentity NONE = first("");

    public static ClusterIdentity first(String id) {
        return new ClusterIdentity(id, "");
    }

    public ClusterIdentity withHistory(String newHistory) {
        return new ClusterIdentity(id, newHistory);
    }
}
