package dev.curia.log.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * One open file. Reads, {@link #force} and {@link #size} may be called from any thread; writing and truncating belong to one thread.
 * Every method fails with {@link IOException} when the disk does, and writing with {@link NoSpaceException} when it is full; what a failed
 * write or force left behind is unknown.
 */
public interface LogFile extends AutoCloseable {
    /** Writes all bytes of all buffers behind the last byte, in one gathering write where the system allows. Not durable. */
    default void append(ByteBuffer... sources) throws IOException {
        write(size(), sources);
    }

    /** Writes all bytes of all buffers from {@code position} on, over what is there, in one gathering write where the system allows. Not durable. */
    void write(long position, ByteBuffer... sources) throws IOException;

    /** Makes the file at least {@code size} bytes long; what was not written reads as zeros. Not durable. */
    void preallocate(long size) throws IOException;

    /**
     * Reads from {@code position} until {@code target} is full or the file ends.
     *
     * @return how many bytes were read; fewer than asked only at the end of the file
     */
    int read(ByteBuffer target, long position) throws IOException;

    /** In bytes. */
    long size() throws IOException;

    /** Cuts the file; {@code size} is not above the present one. Not durable before {@link #force}. */
    void truncate(long size) throws IOException;

    /** Returns when all that was written before is on disk. After a failure nothing may be assumed of those bytes: never repeat it. */
    void force() throws IOException;

    /** For sendfile; read-only use. */
    FileChannel channel();

    @Override
    void close() throws IOException;
}
