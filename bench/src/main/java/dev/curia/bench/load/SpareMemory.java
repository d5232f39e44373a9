package dev.curia.bench.load;

import dev.curia.bench.product.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.ToLongFunction;

/**
 * Memory that is in use until others take as much: they get what a machine has at hand. A virtual machine may give free memory back to its host,
 * and then the first write to a page costs several times what it does otherwise; whoever writes files faster, or later, gets more of that. Holds a
 * file in memory, and gives up as much of it as the system's free memory shrinks. Thread-safe.
 */
public final class SpareMemory implements AutoCloseable {
    /** What it is for, for people. */
    public static final String WHY =
            "What is written goes to memory that was in use until then: a virtual machine may give free memory back"
                    + " to its host, and then whoever first writes to a page pays for it, several times what writing costs.";

    /** A file system in memory, on Linux. */
    private static final Path IN_MEMORY = Path.of("/dev/shm");

    private static final Path MEMORY = Path.of("/proc/meminfo");

    /** As much as one broker with fast clients writes, and what three write together. */
    private static final double GIGABYTES_A_SECOND = 1.2;
    /** Of what the system has to give. */
    private static final double MOST = 0.5;

    private static final int PIECE_BYTES = 1 << 20;
    private static final double STEP_SECONDS = 0.02;

    private final Path directory;
    private final FileChannel file;
    private final ToLongFunction<String> memory;
    private long held;
    private long mostFree;
    private boolean closed;

    /** Of this machine; needs Linux. */
    public static SpareMemory open() throws IOException {
        SpareMemory memory = new SpareMemory(IN_MEMORY, SpareMemory::read);
        Thread thread = new Thread(memory::run, "spare-memory");
        thread.setDaemon(true);
        thread.start();
        return memory;
    }

    /**
     * @param directory of a file that has no name there
     * @param memory bytes that the system has under that name, as in proc_meminfo(5)
     */
    SpareMemory(Path directory, ToLongFunction<String> memory) throws IOException {
        this.directory = directory;
        this.file = FileChannel.open(
                Files.createTempFile(directory, "curia-bench", ".spare"),
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
        this.memory = memory;
    }

    /** Takes what is missing for so many seconds of whatever load, or what there is. */
    public void fillFor(double seconds) {
        fill(seconds * GIGABYTES_A_SECOND);
    }

    /** Takes what is missing, or what there is. */
    public synchronized void fill(double gigabytes) {
        try {
            long room = Files.getFileStore(directory).getUsableSpace();
            hold((long) Math.min(gigabytes * 1e9, held + MOST * Math.min(room, memory.applyAsLong("MemAvailable"))));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot fill memory in " + directory, e);
        }
    }

    synchronized void hold(long bytes) throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        while (held < bytes) held += file.write(piece.clear().limit((int) Math.min(PIECE_BYTES, bytes - held)), held);
        mostFree = memory.applyAsLong("MemFree");
    }

    private void run() {
        while (step()) Waits.pause(STEP_SECONDS);
    }

    /** Gives up as much as others took since most was free; false when there is nothing to do any more. */
    synchronized boolean step() {
        if (closed) return false;
        long free = memory.applyAsLong("MemFree");
        mostFree = Math.max(mostFree, free);
        long taken = Math.min(held, mostFree - free);
        try {
            if (taken > 0) file.truncate(held - taken);
            held -= taken;
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot give up memory in " + directory, e);
        }
    }

    synchronized long held() {
        return held;
    }

    private static long read(String what) {
        try {
            return bytes(Files.readString(MEMORY, StandardCharsets.UTF_8), what);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell how much memory is free (this needs Linux)", e);
        }
    }

    static long bytes(String memory, String what) {
        String line = memory.lines()
                .filter(l -> l.startsWith(what + ':'))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + what + " in " + MEMORY));
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        file.close();
    }
}
