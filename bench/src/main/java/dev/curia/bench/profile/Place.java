package dev.curia.bench.profile;

/** Where processor time goes. Each sample is in one of these. */
enum Place {
    SENDING("sending"),
    RECEIVING("receiving"),
    FORCING_FILES("forcing files to the disk"),
    WRITING_FILES("writing files"),
    READING_FILES("reading files"),
    DELETING_FILES("deleting files"),
    WAITING("waiting and waking"),
    PAGE_FAULTS("page faults"),
    KERNEL("kernel, other"),
    COLLECTING("collecting garbage"),
    COPYING("copying in memory"),
    CHECKSUMS("checksums"),
    NATIVE("JVM and native libraries"),
    INTERPRETED("interpreted"),
    BROKER("the broker's own code"),
    NETWORK_LIBRARIES("Netty, gRPC"),
    JAVA_LIBRARY("Java's library"),
    OTHER_LIBRARIES("other Java libraries"),
    UNKNOWN("not known");

    private final String label;

    Place(String label) {
        this.label = label;
    }

    /** For people. */
    @Override
    public String toString() {
        return label;
    }
}
