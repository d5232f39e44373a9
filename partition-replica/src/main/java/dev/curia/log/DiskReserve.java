package dev.curia.log;

/**
 * How much of a log directory's file system is kept free of appends. Immutable.
 *
 * @param configuredBytes log.dir.reserve.bytes; {@link #AUTOMATIC}: 5 % of the file system, at most 256 MiB
 */
public record DiskReserve(long configuredBytes) {
    public static final long AUTOMATIC = -1;

    private static final long MOST = 256L << 20;
    private static final int AUTOMATIC_PERCENT = 5;
    private static final long MOST_MARGIN = 16L << 20;

    public DiskReserve {
        if (configuredBytes < AUTOMATIC) {
            throw new IllegalArgumentException(
                    "log.dir.reserve.bytes is " + configuredBytes + ", expected at least 0, or -1 for a default");
        }
    }

    /** Below so many usable bytes nothing is appended. */
    long bytesOf(long totalBytes) {
        return configuredBytes == AUTOMATIC ? Math.min(MOST, totalBytes / 100 * AUTOMATIC_PERCENT) : configuredBytes;
    }

    /** So many usable bytes it takes until appends go on: enough that they do not stop at once again. */
    long resumeBytesOf(long totalBytes) {
        long reserve = bytesOf(totalBytes);
        return reserve + Math.max(reserve / 4, Math.min(MOST_MARGIN, totalBytes / 100));
    }
}
