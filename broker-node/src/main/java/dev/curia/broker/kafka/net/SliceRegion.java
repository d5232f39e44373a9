package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.codec.SliceRecords;
import io.netty.channel.DefaultFileRegion;

/** A log slice on its way to a socket by sendfile. Closes the slice, not its file, when sent or dropped. */
final class SliceRegion extends DefaultFileRegion {
    private final SliceRecords records;

    SliceRegion(SliceRecords records) {
        super(
                records.slice().channel(),
                records.slice().position(),
                records.slice().size());
        this.records = records;
    }

    @Override
    protected void deallocate() {
        records.close();
    }
}
