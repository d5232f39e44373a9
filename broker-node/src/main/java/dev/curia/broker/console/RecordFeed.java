package dev.curia.broker.console;

import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.ConsumeResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * Records of several partitions as they come, with one message of each partition at most on its way: whoever takes slowly is sent slowly. One
 * thread uses it, which may block.
 */
public interface RecordFeed extends AutoCloseable {
    /** What came of one partition: a message, or the end, with why when it was not asked for. */
    record Part(int partition, Optional<ConsumeResponse> records, Optional<ConsoleException> failure) {
        boolean ended() {
            return records.isEmpty();
        }
    }

    /** Adds a partition, from its leader. */
    void open(int leader, ConsumeRequest request);

    /** The next part of any partition; empty when there is none in time. */
    Optional<Part> next(Duration wait) throws InterruptedException;

    /** Ends the reading of one partition; no more parts of it are worth anything. */
    void end(int partition);

    @Override
    void close();
}
