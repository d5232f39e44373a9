package dev.curia.log.inspect;

/** What to do, in the same words everywhere. */
final class Remedies {
    static final String REBUILD =
            "with the broker stopped remove the partition's directory: the replica is rebuilt from its"
                    + " leader. If no other replica is left, restore the directory from a copy.";
    static final String REINDEX =
            "With the broker stopped remove this file: it is made anew from the records at the next start.";
    static final String RESNAPSHOT =
            "With the broker stopped remove this file: the producers are found in an older one and in the records.";
    static final String RESTORE = "Restore the file from a copy.";

    private Remedies() {}
}
