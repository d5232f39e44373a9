package dev.curia.broker.console;

import com.google.protobuf.ByteString;
import dev.curia.proto.data.v1.Record;
import java.util.List;
import java.util.stream.IntStream;

/** Records to be read. */
final class Records {
    private Records() {}

    /** Offsets from 0 on, a millisecond apart, keys k0 to k4 in turn, values v and the offset. */
    static List<Record> some(long firstTimestampMs, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Record.newBuilder()
                        .setOffset(i)
                        .setTimestampMs(firstTimestampMs + i)
                        .setKey(ByteString.copyFromUtf8("k" + i % 5))
                        .setValue(ByteString.copyFromUtf8("v" + i))
                        .build())
                .toList();
    }
}
