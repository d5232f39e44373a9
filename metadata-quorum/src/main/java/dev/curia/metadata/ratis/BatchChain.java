package dev.curia.metadata.ratis;

/**
 * Which batch may apply next: only one decided in its own entry's term, and within that term each right after the one before. So
 * neither a deposed controller nor a hole in a pipeline of proposals can act. Everything compared is in the log, hence all nodes
 * agree. Immutable.
 *
 * @param term of the last batch that applied
 * @param sequence of that batch; 0 before the first
 */
record BatchChain(long term, long sequence) {
    static final BatchChain START = new BatchChain(0, 0);

    boolean accepts(long entryTerm, long controllerTerm, long batchSequence) {
        return controllerTerm == entryTerm && batchSequence == lastSequenceIn(entryTerm) + 1;
    }

    /** The sequence starts over with each term. */
    long lastSequenceIn(long anyTerm) {
        return anyTerm == term ? sequence : 0;
    }
}
