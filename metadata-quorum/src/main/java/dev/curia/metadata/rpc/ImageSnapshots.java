package dev.curia.metadata.rpc;

import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.SnapshotPart;
import java.util.ArrayList;
import java.util.List;

/**
 * The image in parts, for whoever has to be sent it whole. It is many times as large as the image itself: of 100,000 partitions it takes 70 MB and
 * a few tenths of a second. So those that begin while others are still being sent one share it, as when a whole cluster starts, and go on from
 * there with the changes since. Confined to the watch loop.
 */
final class ImageSnapshots {
    private static final int PART_RECORDS = 2000;
    private static final int PART_BYTES = 1024 * 1024;

    private final MetadataLog log;
    private List<SnapshotPart> newest = List.of();

    ImageSnapshots(MetadataLog log) {
        this.log = log;
    }

    /** One from which the log's changes lead to the present; at least one part, so that even an empty image is announced. */
    List<SnapshotPart> take() {
        boolean leadsOn = !newest.isEmpty()
                && log.changesAfter(newest.get(0).getIndex(), 1).isPresent();
        if (!leadsOn) newest = of(log.image());
        return newest;
    }

    /** Nobody is being sent one any more. */
    void forget() {
        newest = List.of();
    }

    private static List<SnapshotPart> of(MetadataImage image) {
        List<List<MetadataRecord>> cut = cut(image);
        List<SnapshotPart> parts = new ArrayList<>();
        for (int i = 0; i < cut.size(); i++) {
            parts.add(SnapshotPart.newBuilder()
                    .setIndex(image.index())
                    .addAllRecords(cut.get(i))
                    .setFirst(i == 0)
                    .setLast(i == cut.size() - 1)
                    .build());
        }
        return parts;
    }

    /** Its records, so many together as a message may hold; at least one list. */
    static List<List<MetadataRecord>> cut(MetadataImage image) {
        List<List<MetadataRecord>> cut = new ArrayList<>();
        List<MetadataRecord> part = new ArrayList<>();
        int bytes = 0;
        for (MetadataRecord record : image.toRecords()) {
            int size = record.getSerializedSize();
            if (!part.isEmpty() && (part.size() >= PART_RECORDS || bytes + size > PART_BYTES)) {
                cut.add(part);
                part = new ArrayList<>();
                bytes = 0;
            }
            part.add(record);
            bytes += size;
        }
        cut.add(part);
        return cut;
    }
}
