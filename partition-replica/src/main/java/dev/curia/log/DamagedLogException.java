package dev.curia.log;

import dev.curia.common.id.TopicPartition;
import java.io.IOException;

/** A log whose flushed data is damaged cannot be opened; the message names file and position. The replica must be rebuilt from its leader. */
public final class DamagedLogException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedLogException(TopicPartition name, IOException cause) {
        super(name + ": " + cause.getMessage(), cause);
    }
}
