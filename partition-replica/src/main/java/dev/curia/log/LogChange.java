package dev.curia.log;

import java.io.IOException;

/** Something that changes a log's files. */
@FunctionalInterface
interface LogChange {
    void run() throws IOException;
}
