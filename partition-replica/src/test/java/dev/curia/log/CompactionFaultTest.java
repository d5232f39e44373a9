package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.id.TopicPartition;
import dev.curia.common.id.Uuid;
import dev.curia.log.batch.AppendOrigin;
import dev.curia.log.clean.CleanableLog;
import dev.curia.log.io.FaultyFileSystem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong with one log delays only that, and loses nothing. */
class CompactionFaultTest {
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path path;

    private static void flip(Path file, long position) throws IOException {
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(position);
            int before = raw.read();
            raw.seek(position);
            raw.write(before ^ 1);
        }
    }

    @Test
    void aDamagedLogIsTriedAgainAndTheOthersGoOn() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1");
            log.put("a=2");
            log.log().roll();
            PartitionLog other = log.fixture
                    .directory()
                    .create(new TopicPartition("other", 0), new Uuid(3, 4), CompactionFixture.topic());
            for (String text : new String[] {"x=1", "x=2"}) {
                ByteBuffer batch = MemoryRecords.withRecords(Compression.NONE, log.records(text))
                        .buffer();
                other.appendAsLeader(batch, 0, AppendOrigin.CLIENT, log.clock.wallMillis());
            }
            other.roll();
            other.flush();
            CleanableLog otherPort = log.port(other);
            log.cleaner.add(otherPort);
            Path file = log.fixture.file("00000000000000000000.log");
            flip(file, 65);

            log.clean();

            assertThat(otherPort.cleanedTo()).isEqualTo(2);
            assertThat(log.port().cleanedTo()).isZero();
            assertThat(log.metric("curia_cleaner_runs", "result", "failed")).isEqualTo(1);
            assertThat(log.log().isOnline())
                    .as("readers of what is not damaged go on")
                    .isTrue();
            assertThat(log.fixture.failures).isEmpty();
            assertThat(log.cleaner.cleanNext()).as("not before its time").isFalse();

            log.clock.advance(Duration.ofMillis(CompactionFixture.CLEANER.backoffMs()));
            assertThat(log.cleaner.cleanNext()).isTrue();
            assertThat(log.metric("curia_cleaner_runs", "result", "failed")).isEqualTo(2);

            flip(file, 65);
            log.clock.advance(Duration.ofMillis(2 * CompactionFixture.CLEANER.backoffMs()));
            assertThat(log.cleaner.cleanNext()).isTrue();
            assertThat(log.contents()).containsExactly("1:a=2");
        }
    }

    /** As a hostile producer may have it written, on a topic that is compacted only later: a checksum is right whatever it is over. */
    private static ByteBuffer undecodable(long offset, SimpleRecord... records) {
        ByteBuffer batch =
                MemoryRecords.withRecords(offset, Compression.NONE, 0, records).buffer();
        batch.putShort(21, (short) 1); // gzip, it says
        CRC32C crc = new CRC32C();
        crc.update(batch.duplicate().position(21));
        return batch.putInt(17, (int) crc.getValue());
    }

    @Test
    void aBatchThatCannotBeDecodedStaysAndHidesNothing() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1", "b=1");
            log.log().appendAsFollower(undecodable(2, log.records("a=2", "b=2")), 0, LogFixture.NOW);
            log.put("b=3");
            log.put("c");
            log.log().roll();
            log.put("d=1");
            log.log().roll();
            log.clean();
            log.clock.advance(DAY);
            log.put("d=2");
            log.log().roll();
            log.clean();

            // The tombstone may hide a value that nobody can see.
            assertThat(log.batches().stream().map(b -> b.baseOffset() + "-" + b.lastOffset()))
                    .containsExactly("0-1", "2-3", "4-4", "5-5", "7-7");
            assertThat(log.metric("curia_cleaner_undecodable_batches")).isEqualTo(2);
            assertThat(log.metric("curia_cleaner_runs", "result", "failed")).isZero();
        }
    }

    @Test
    void recordsWithoutAKeyOfATopicThatIsCompactedOnlyNowGo() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1");
            log.log().updateConfig(LogFixture.config("cleanup.policy", "delete"));
            log.append(LogFixture.batch("no key"), AppendOrigin.CLIENT);
            log.log().updateConfig(CompactionFixture.topic());
            log.put("b=1");
            log.log().roll();
            log.clean();

            assertThat(log.contents()).containsExactly("0:a=1", "2:b=1");
        }
    }

    @Test
    void aWriteThatFailsLeavesTheLogAsItWasAndIsTriedAgain() throws IOException {
        FaultyFileSystem files = new FaultyFileSystem(new SplittableRandom(1));
        try (CompactionFixture log = new CompactionFixture(path, files, CompactionFixture.CLEANER)) {
            log.put("a=1");
            log.put("a=2");
            log.log().roll();
            log.log().flush();
            files.tearNextWrite();

            log.clean();

            assertThat(log.contents()).hasSize(2);
            assertThat(log.log().isOnline()).isTrue();
            assertThat(log.metric("curia_cleaner_runs", "result", "failed")).isEqualTo(1);

            log.clock.advance(Duration.ofMinutes(1));
            log.cleaner.cleanNext();
            assertThat(log.contents()).containsExactly("1:a=2");
        }
    }

    /** A failed force is never tried again: what is on that disk is not known. */
    @Test
    void aForceThatFailsTakesTheLogDirectoryOffline() throws IOException {
        FaultyFileSystem files = new FaultyFileSystem(new SplittableRandom(1));
        try (CompactionFixture log = new CompactionFixture(path, files, CompactionFixture.CLEANER)) {
            log.put("a=1");
            log.put("a=2");
            log.log().roll();
            log.log().flush();
            files.failNextForce();

            log.clean();

            assertThat(log.fixture.failures).hasSize(1);
            assertThat(log.log().isOnline()).isFalse();
        }
    }

    /** A follower that begins to copy while a cleaning runs may have read a record whose tombstone goes in it. */
    @Test
    void aTombstoneDoesNotGoWhenAReplicaBeganToCopyMeanwhile() throws IOException {
        try (CompactionFixture log = new CompactionFixture(path)) {
            log.put("a=1");
            log.put("a");
            log.log().roll();
            log.put("b=1");
            log.log().roll();
            log.clean();
            log.clock.advance(DAY);
            log.put("b=2");
            log.log().roll();
            log.replicatedEndAtPublish = 0L;
            log.log().flush();
            log.cleaner.add(log.port());

            assertThat(log.cleaner.cleanNext()).isTrue();
            assertThat(log.contents()).contains("1:a");
            assertThat(log.metric("curia_cleaner_runs", "result", "aborted")).isEqualTo(1);

            log.replicatedEndAtPublish = null;
            log.clean();
            assertThat(log.contents()).containsExactly("3:b=2");
        }
    }
}
