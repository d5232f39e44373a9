package dev.curia.broker.fetch;

import dev.curia.log.LogSlice;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica.ReadResult;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.protocol.Errors;

/**
 * What one partition answers to a fetch. Whoever holds it last closes it, or hands its records on.
 *
 * @param read empty when there was no replica to read from; its slice is closed already when it is empty
 * @param elsewhere the broker that the reader should read from instead (KIP-392)
 */
public record FetchedPartition(FetchKey key, Errors error, Optional<ReadResult> read, OptionalInt elsewhere)
        implements AutoCloseable {

    static FetchedPartition failed(FetchKey key, Errors error) {
        return new FetchedPartition(key, error, Optional.empty(), OptionalInt.empty());
    }

    static FetchedPartition elsewhere(FetchKey key, int broker) {
        return new FetchedPartition(key, Errors.NONE, Optional.empty(), OptionalInt.of(broker));
    }

    static FetchedPartition of(FetchKey key, ReadResult read) {
        if (read.records().size() == 0) read.records().close();
        Errors error = read.error() == ErrorCode.UNRECOGNIZED
                ? Errors.UNKNOWN_SERVER_ERROR
                : Errors.forCode((short) read.error().getNumber());
        return new FetchedPartition(key, error, Optional.of(read), OptionalInt.empty());
    }

    /** Records to hand on: open and not empty. */
    public Optional<LogSlice> records() {
        return read.map(ReadResult::records).filter(slice -> slice.size() > 0);
    }

    /** In bytes. */
    public int size() {
        return read.map(result -> result.records().size()).orElse(0);
    }

    /** Whether a reader must hear of it now, however little there is to read. */
    boolean isUrgent() {
        return error != Errors.NONE
                || elsewhere.isPresent()
                || read.flatMap(ReadResult::diverging).isPresent();
    }

    @Override
    public void close() {
        records().ifPresent(LogSlice::close);
    }
}
