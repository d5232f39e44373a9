package dev.curia.metadata.controller;

import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.List;

/** Cuts a decision's records into batches that fit a log entry. Pure. */
final class Batches {
    /** Below the log's largest entry with room for the batch's own fields. */
    static final int MAX_BYTES = 1_000_000;

    private static final int FIELD_OVERHEAD = 6; // tag and length of one record in the batch

    private Batches() {}

    static List<List<MetadataRecord>> split(List<MetadataRecord> records) {
        List<List<MetadataRecord>> batches = new ArrayList<>();
        List<MetadataRecord> batch = new ArrayList<>();
        int bytes = 0;
        for (MetadataRecord record : records) {
            int size = record.getSerializedSize() + FIELD_OVERHEAD;
            if (!batch.isEmpty() && bytes + size > MAX_BYTES) {
                batches.add(batch);
                batch = new ArrayList<>();
                bytes = 0;
            }
            batch.add(record);
            bytes += size;
        }
        if (!batch.isEmpty()) batches.add(batch);
        return batches;
    }
}
