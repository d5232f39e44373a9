package dev.curia.admin.command;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.RecordProducer;
import dev.curia.admin.client.TopicRoutes;
import dev.curia.admin.perf.Meter;
import dev.curia.admin.perf.Report;
import dev.curia.proto.data.v1.Acks;
import dev.curia.proto.data.v1.Compression;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands that measure have in common. */
final class PerfOptions {
    private static final Duration ON_SCREEN = Duration.ofSeconds(1);
    private static final Duration ELSEWHERE = Duration.ofSeconds(5);

    @Parameters(paramLabel = "TOPIC", description = "Name of a topic, best one of its own.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String topic;

    @Option(
            names = {"-n", "--records", "--num-records"},
            paramLabel = "N",
            defaultValue = "100000",
            description = "How many records (default: ${DEFAULT-VALUE}).")
    long records;

    /** Of commands that write. */
    static final class Writing {
        @Option(
                names = {"-s", "--record-size"},
                paramLabel = "BYTES",
                defaultValue = "100",
                description = "The size of each value (default: ${DEFAULT-VALUE}).")
        int recordSize;

        @Option(
                names = {"-r", "--rate", "--throughput"},
                paramLabel = "N",
                defaultValue = "0",
                description =
                        "Records a second, whatever becomes of those before: latency counts from when each is due. 0: as fast as"
                                + " answers come (default).")
        double rate;

        @Option(
                names = {"-a", "--acks"},
                paramLabel = "ACKS",
                defaultValue = "ALL",
                description = "all: every in-sync replica has it; leader: the leader has it (default: all).")
        @SuppressWarnings("NullAway.Init") // set by picocli
        Acks acks;

        @Option(
                names = "--compression",
                paramLabel = "CODEC",
                defaultValue = "UNCOMPRESSED",
                description = "uncompressed, gzip, snappy, lz4 or zstd (default: uncompressed).")
        @SuppressWarnings("NullAway.Init") // set by picocli
        Compression compression;

        void check(CuriaCommand curia) {
            if (recordSize < 8 || recordSize > 16 << 20)
                throw curia.usage("Invalid value for option '--record-size': expected 8 to " + (16 << 20) + " bytes.");
            if (!(rate >= 0 && rate <= 1e9))
                throw curia.usage("Invalid value for option '--rate': expected 0 or more records a second.");
            if (acks == Acks.UNRECOGNIZED || compression == Compression.UNRECOGNIZED)
                throw curia.usage("Invalid value 'unrecognized': see --help.");
        }

        RecordProducer producer(CuriaCommand curia, AdminClient admin, Channels channels, TopicRoutes routes) {
            return new RecordProducer(
                    routes,
                    () -> TopicRoutes.of(admin, routes.topic()),
                    channels,
                    new RecordProducer.Settings(acks, compression, curia.timeout()),
                    curia.clock());
        }

        /** Bytes that do not compress to nothing, the same in each run, behind the time that they are due. */
        ByteString value(byte[] filling, long dueNanos) {
            byte[] value = filling.clone();
            ByteBuffer.wrap(value).putLong(dueNanos);
            return UnsafeByteOperations.unsafeWrap(value);
        }

        byte[] filling() {
            byte[] filling = new byte[recordSize];
            Random letters = new Random(1);
            for (int i = 0; i < filling.length; i++) filling[i] = (byte) ('a' + letters.nextInt(26));
            return filling;
        }
    }

    void check(CuriaCommand curia) {
        if (records < 1) throw curia.usage("Invalid value for option '--records': expected 1 or more.");
    }

    /** Tells how it goes, in a line that is written over on a terminal; with nothing for people, nothing. */
    static Meter meter(CuriaCommand curia) {
        boolean screen = curia.terminal().screen();
        return new Meter(curia.clock(), screen ? ON_SCREEN : ELSEWHERE, report -> {
            if (curia.structured()) return;
            String line = report.line();
            curia.print(screen ? "\r" + line + "\u001b[K" : line + "\n");
        });
    }

    static void print(CuriaCommand curia, String how, Report total) {
        if (curia.structured()) {
            curia.print(curia.data(total.toJson().put("load", how)));
        } else {
            curia.print(
                    (curia.terminal().screen() ? "\r\u001b[K" : "") + "Total: " + total.line() + " (" + how + ")\n");
        }
    }
}
