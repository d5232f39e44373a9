package dev.curia.log.batch;

/** Who wrote the batches of an append. */
public enum AppendOrigin {
    /** A producer: may not write control batches. */
    CLIENT,
    /** A coordinator of this cluster: writes transaction markers and its own state. */
    COORDINATOR,
    /** A transaction coordinator whose markers each carry a higher producer epoch than the transaction they end (KIP-890). */
    BUMPING_COORDINATOR
}
