package dev.curia.replica.grpc;

import java.time.Duration;

/**
 * How a follower talks to its leaders.
 *
 * @param creditMessages how many frames with records a leader may have under way on a stream; with the largest frame this bounds a
 *     follower's memory. 1 is a pull
 * @param creditBytes how many record bytes; the last frame may overdraw it
 * @param maxFrameBytes the largest frame taken: a batch never exceeds the largest request a client may send
 * @param minBackoff before the first attempt after a break; doubles up to {@code maxBackoff}, with jitter
 */
public record LinkConfig(
        int creditMessages, long creditBytes, int maxFrameBytes, Duration minBackoff, Duration maxBackoff) {
    /** Read ahead of the chunks with records: room for watermarks and refusals. */
    static final int NEWS_AHEAD = 2;

    public LinkConfig {
        if (creditMessages < 1 || creditBytes < 1) {
            throw new IllegalArgumentException("a link needs a credit of at least one message and one byte, not "
                    + creditMessages + " and " + creditBytes);
        }
    }

    /** Two frames, 2 MiB; frames up to 100 MiB and a little (socket.request.max.bytes); 20 ms to 1 s. */
    public static LinkConfig defaults() {
        return new LinkConfig(2, 2 << 20, (100 << 20) + 4096, Duration.ofMillis(20), Duration.ofSeconds(1));
    }
}
