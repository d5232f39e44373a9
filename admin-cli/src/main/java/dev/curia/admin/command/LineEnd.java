package dev.curia.admin.command;

import com.google.protobuf.ByteString;
import dev.curia.proto.data.v1.Header;
import dev.curia.proto.data.v1.Record;

/**
 * How a text keeps its very end: each line is a record and each record is written as a line, so that the one thing lost is whether
 * the last line had a newline. When it had none, its record says so in a header.
 */
final class LineEnd {
    private static final Header NONE = Header.newBuilder()
            .setKey("curia.line-end")
            .setValue(ByteString.copyFromUtf8("none"))
            .build();

    private LineEnd() {}

    static void markMissing(Record.Builder record) {
        record.addHeaders(NONE);
    }

    static boolean isMissing(Record record) {
        return record.getHeadersList().contains(NONE);
    }
}
