package dev.curia.bench;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What one thread moved, shown beside a throughput as records and MiB a second. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Moved {
    public long records;
    private long bytes;

    @Setup(Level.Iteration)
    public void reset() {
        records = 0;
        bytes = 0;
    }

    /** As stored, so compressed where a codec is used. */
    public double mib() {
        return bytes / (double) (1 << 20);
    }

    void add(long moreRecords, long moreBytes) {
        records += moreRecords;
        bytes += moreBytes;
    }
}
