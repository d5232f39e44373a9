package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactionTest {
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path path;

    @Test
    void theNewestRecordOfEachKeyStaysWhereItIs() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1", "b=1", "a=2");
            log.put("c=1");
            log.log().roll();
            log.put("b=2", "d=1");
            log.log().roll();
            log.put("d=2");

            assertThat(log.clean()).isEqualTo(1);

            assertThat(log.contents()).containsExactly("2:a=2", "3:c=1", "4:b=2", "5:d=1", "6:d=2");
            log.fixture.restart();
            assertThat(log.contents()).containsExactly("2:a=2", "3:c=1", "4:b=2", "5:d=1", "6:d=2");
            assertThat(log.clean()).isZero();
        }
    }

    @Test
    void theActiveSegmentIsNotTouched() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1", "a=2");

            assertThat(log.clean()).isZero();
            assertThat(log.contents()).hasSize(2);
        }
    }

    @Test
    void nothingBehindTheStableEndIsTouchedNorCounts() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1");
            log.put("a=2");
            log.put("a=3");
            log.log().roll();
            log.stableEnd = 2L;

            assertThat(log.clean()).isEqualTo(1);

            assertThat(log.contents()).containsExactly("1:a=2", "2:a=3");
        }
    }

    @Test
    void batchesThatKeepAllTheirRecordsStayByteForByte() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put(Compression.gzip().level(9).build(), "a=" + "x".repeat(1000), "b=1");
            byte[] before = Files.readAllBytes(log.fixture.file("00000000000000000000.log"));
            log.put("c=1");
            log.put("c=2");
            log.log().roll();

            log.clean();

            byte[] after = Files.readAllBytes(log.fixture.file("00000000000000000000.log"));
            assertThat(after).startsWith(before);
            assertThat(log.contents()).hasSize(3).endsWith("3:c=2");
        }
    }

    @Test
    void aBatchThatShrinksKeepsItsCodecAndItsOffsets() throws IOException {
        for (Compression codec : List.of(
                Compression.NONE,
                Compression.gzip().build(),
                Compression.snappy().build(),
                Compression.lz4().build(),
                Compression.zstd().build())) {
            Path directory = Files.createTempDirectory(path, "codec");
            try (CompactionFixture log = new CompactionFixture(directory)) {
                log.put(codec, "a=1", "b=1", "c=1");
                log.put("a=2", "c=2");
                log.log().roll();

                log.clean();

                RecordBatch first = log.batches().get(0);
                assertThat(first.baseOffset()).isZero();
                assertThat(first.lastOffset()).isEqualTo(2);
                assertThat(first.compressionType()).isEqualTo(codec.type());
                assertThat(log.contents()).containsExactly("1:b=1", "3:a=2", "4:c=2");
            }
        }
    }

    @Test
    void aSegmentOfWhichNothingGoesIsNotWrittenAgain() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path, "segment.bytes", "1048576")) {
            log.put("a=" + "x".repeat(1_000_000));
            log.log().roll();
            log.put("b=" + "x".repeat(1_000_000));
            log.log().roll();

            log.clean();

            assertThat(log.metric("curia_cleaner_written_bytes")).isZero();
            assertThat(log.metric("curia_cleaner_read_bytes")).isGreaterThan(4_000_000);
        }
    }

    @Test
    void smallSegmentsAreMerged() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            for (int i = 0; i < 10; i++) {
                log.put("key" + i % 3 + "=" + i);
                log.log().roll();
            }
            log.clean();

            assertThat(log.log().segments().size()).isEqualTo(2);
            assertThat(log.contents()).containsExactly("7:key1=7", "8:key2=8", "9:key0=9");
            log.fixture.later.runAll();
            try (Stream<Path> files = Files.list(log.log().directory())) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .containsExactlyInAnyOrder(
                                "partition.metadata",
                                "leader-epoch-checkpoint",
                                "00000000000000000000.log",
                                "00000000000000000000.index",
                                "00000000000000000000.timeindex",
                                "00000000000000000010.log",
                                "00000000000000000010.index",
                                "00000000000000000010.timeindex",
                                "00000000000000000010.snapshot");
            }
        }
    }

    @Test
    void aTombstoneHidesOlderValuesAndGoesAfterItsTime() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1", "b=1");
            log.put("a");
            log.log().roll();
            log.put("c=1");
            log.log().roll();
            log.clean();
            assertThat(log.contents()).containsExactly("1:b=1", "2:a", "3:c=1");
            assertThat(log.batches().get(1).deleteHorizonMs()).hasValue(log.clock.wallMillis() + DAY.toMillis());

            log.clock.advance(DAY.minusMillis(1));
            log.put("c=2");
            log.log().roll();
            log.clean();
            assertThat(log.contents()).containsExactly("1:b=1", "2:a", "4:c=2");

            log.clock.advance(Duration.ofMillis(1));
            log.put("c=3");
            log.log().roll();
            log.clean();
            assertThat(log.contents()).containsExactly("1:b=1", "5:c=3");
            assertThat(log.log().compaction().deletesRemovedTo()).isEqualTo(3);
        }
    }

    /** T13: a replica that has not got the tombstone would show the key for ever. */
    @Test
    void aTombstoneStaysUntilEveryReplicaHasIt() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1");
            log.put("a");
            log.log().roll();
            log.replicatedEnd = 1L;
            log.clean();
            log.clock.advance(DAY.multipliedBy(2));
            log.put("b=1");
            log.log().roll();
            log.clean();
            assertThat(log.contents()).containsExactly("1:a", "2:b=1");
            assertThat(log.log().compaction().deletesRemovedTo()).isZero();

            log.replicatedEnd = 2L;
            log.put("b=2");
            log.log().roll();
            log.clean();
            assertThat(log.contents()).containsExactly("3:b=2");
            assertThat(log.log().compaction().deletesRemovedTo()).isEqualTo(2);
        }
    }

    @Test
    void keysThatDoNotFitTheBudgetTakeSeveralPasses() throws IOException {
        var tight = new dev.curia.log.clean.CleanerConfig(true, 1, 200, 0.9, 4_096, Double.MAX_VALUE, 15_000);
        try (CompactionFixture log = new CompactionFixture(path, new dev.curia.log.io.NioFileSystem(), tight)) {
            String[] first =
                    IntStream.range(0, 100).mapToObj(i -> "key" + i + "=1").toArray(String[]::new);
            String[] second =
                    IntStream.range(0, 100).mapToObj(i -> "key" + i + "=2").toArray(String[]::new);
            log.put(first);
            log.put(second);
            log.log().roll();

            int passes = log.clean();

            // 9 keys a pass.
            assertThat(passes).isEqualTo(200 / 9 + 1);
            assertThat(log.contents())
                    .isEqualTo(IntStream.range(0, 100)
                            .mapToObj(i -> (100 + i) + ":key" + i + "=2")
                            .toList());
            assertThat(log.metric("curia_cleaner_runs", "result", "partial")).isEqualTo(passes - 1);
        }
    }

    @Test
    void recordsYoungerThanTheMinimumLagStay() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path, "min.compaction.lag.ms", "60000")) {
            log.put("a=1", "a=2");
            log.log().roll();
            log.clock.advance(Duration.ofSeconds(30));
            log.put("a=3");
            log.log().roll();
            log.put("a=4");
            assertThat(log.clean()).isZero();

            log.clock.advance(Duration.ofSeconds(30));
            assertThat(log.clean()).isEqualTo(1);
            assertThat(log.contents()).containsExactly("1:a=2", "2:a=3", "3:a=4");

            log.clock.advance(Duration.ofSeconds(30));
            log.clean();
            assertThat(log.contents()).containsExactly("2:a=3", "3:a=4");
        }
    }

    @Test
    void aTruncatedLogIsCleanedFromThereAgain() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1");
            log.put("a=2");
            log.log().roll();
            log.put("b=1");
            log.log().roll();
            log.clean();
            log.log().truncateTo(2);
            log.put("a=3");
            log.put("b=3");
            log.log().roll();

            log.clean();

            assertThat(log.contents()).containsExactly("2:a=3", "3:b=3");
        }
    }

    @Test
    void aSegmentThatEndsInRecordsThatGoTellsItsEndStill() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1");
            log.put("b=1");
            log.log().roll();
            log.put("b=2");
            log.log().roll();
            log.clean();
            log.clock.advance(DAY);
            log.put("a=2", "b=3");
            log.log().roll();
            log.clean();

            assertThat(log.contents()).containsExactly("3:a=2", "4:b=3");
            assertThat(log.log().read(0, 1000, true, Long.MAX_VALUE).slice().size())
                    .isPositive();
        }
    }
}
