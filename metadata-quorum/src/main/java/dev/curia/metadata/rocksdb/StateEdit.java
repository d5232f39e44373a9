package dev.curia.metadata.rocksdb;

import com.google.protobuf.ByteString;
import dev.curia.proto.metadata.v1.MetadataRecord;
import org.jspecify.annotations.Nullable;

/** One key to set, or to delete where {@code value} is null. */
record StateEdit(Family family, ByteString key, @Nullable MetadataRecord value) {}
