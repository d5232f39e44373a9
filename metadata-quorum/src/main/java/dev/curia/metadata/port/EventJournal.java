package dev.curia.metadata.port;

import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.admin.v1.ListEventsResponse;
import java.io.IOException;

/** What happened, as far as this node has applied the metadata log and still keeps it. Thread-safe; may read from disk. */
@FunctionalInterface
public interface EventJournal {
    /** @throws IOException when it cannot be read */
    ListEventsResponse list(ListEventsRequest request) throws IOException;
}
