package dev.curia.metadata.rocksdb;

import dev.curia.proto.metadata.v1.MetadataRecord;
import org.jspecify.annotations.Nullable;

/** One key to set, or to delete where {@code value} is null. */
record StateEdit(Family family, byte[] key, @Nullable MetadataRecord value) {}
