package dev.curia.broker.lag;

import dev.curia.broker.lag.ReaderPlaces.Reader;
import dev.curia.log.ReaderPlace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How far a group is behind. Immutable.
 *
 * @param records not read, over all partitions: offsets, and so more than records where some are compacted away or of aborted transactions
 * @param seconds how old the oldest unread record is, of all partitions; 0: all is read
 * @param retentionLeftSeconds until retention may drop an unread record, at the earliest, of all partitions; infinite: never, or all is read
 * @param partitions those that leaders told of
 */
record GroupLag(String group, long records, double seconds, double retentionLeftSeconds, List<OfPartition> partitions) {
    private static final double MILLIS = 1_000;

    /** The same of one partition. */
    record OfPartition(Reader reader, long records, double seconds, double retentionLeftSeconds) {}

    /** @param places as far as they are known */
    static GroupLag of(String group, List<Reader> readers, Map<Reader, ReaderPlace> places, long nowMs) {
        List<OfPartition> partitions = new ArrayList<>();
        for (Reader reader : readers) {
            ReaderPlace place = places.get(reader);
            if (place != null) partitions.add(of(reader, place, nowMs));
        }
        return new GroupLag(
                group,
                partitions.stream().mapToLong(OfPartition::records).sum(),
                partitions.stream().mapToDouble(OfPartition::seconds).max().orElse(0),
                partitions.stream()
                        .mapToDouble(OfPartition::retentionLeftSeconds)
                        .min()
                        .orElse(Double.POSITIVE_INFINITY),
                List.copyOf(partitions));
    }

    private static OfPartition of(Reader reader, ReaderPlace place, long nowMs) {
        // The commit may be newer than what its leader knew, or of a log that was cut since.
        long records = Math.max(0, place.endOffset() - reader.offset());
        boolean dated = records > 0 && place.oldestUnreadMs() >= 0;
        return new OfPartition(
                reader,
                records,
                dated ? Math.max(0, nowMs - place.oldestUnreadMs()) / MILLIS : 0,
                place.retentionLeftMs() == ReaderPlace.NEVER
                        ? Double.POSITIVE_INFINITY
                        : place.retentionLeftMs() / MILLIS);
    }
}
