package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.codec.SliceRecords;
import io.netty.channel.DefaultFileRegion;
import java.nio.channels.FileChannel;

/** A log slice on its way to a socket by sendfile. Closes the slice, not its file, when sent or dropped. */
final class SliceRegion extends DefaultFileRegion {
    private final SliceRecords records;
    private final FileChannel file;

    SliceRegion(SliceRecords records) {
        super(
                records.slice().channel(),
                records.slice().position(),
                records.slice().size());
        this.records = records;
        this.file = records.slice().channel();
    }

    FileChannel file() {
        return file;
    }

    @Override
    protected void deallocate() {
        records.close();
    }
}
