package dev.curia.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.log.io.SmallDisk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path path;

    private final SmallDisk disk = new SmallDisk();

    private DiskSpace space(long reserve) throws IOException {
        return new DiskSpace(path, disk, new DiskReserve(reserve));
    }

    @Test
    void itIsFullBelowTheReserveAndHasRoomAgainClearlyAboveIt() throws IOException {
        disk.setRoom(101 * MIB);
        DiskSpace space = space(100 * MIB);
        assertThat(space.isFull()).isFalse();

        disk.setRoom(99 * MIB);
        space.look();
        assertThat(space.isFull()).isTrue();
        assertThat(space.refusal().message()).contains(path.toString(), "103809024", "104857600");

        disk.setRoom(110 * MIB);
        space.look();
        assertThat(space.isFull()).isTrue();
        disk.setRoom(125 * MIB);
        space.look();
        assertThat(space.isFull()).isFalse();
    }

    @Test
    void whatIsAppendedBetweenTwoLooksCounts() throws IOException {
        disk.setRoom(110 * MIB);
        DiskSpace space = space(100 * MIB);
        for (int i = 0; i < 10; i++) space.appended((int) MIB);
        assertThat(space.isFull()).isFalse();
        space.appended(1);
        assertThat(space.isFull()).isTrue();
        assertThat(space.usableBytes()).isEqualTo(100 * MIB - 1);
    }

    /** As with a quota, or when there are no inodes left: the free space says nothing. */
    @Test
    void afterAWriteFailedItWaitsHoweverMuchIsFree() throws IOException {
        DiskSpace space = space(0);
        space.exhausted();
        for (int look = 1; look < 10; look++) {
            space.look();
            assertThat(space.isFull()).isTrue();
        }
        space.look();
        assertThat(space.isFull()).isFalse();
    }

    @Test
    void theReserveIsSmallOnSmallDisksAndBounded() {
        DiskReserve reserve = new DiskReserve(DiskReserve.AUTOMATIC);
        assertThat(reserve.bytesOf(64 * MIB)).isBetween(3 * MIB, 4 * MIB);
        assertThat(reserve.bytesOf(1L << 40)).isEqualTo(256 * MIB);
        assertThat(reserve.resumeBytesOf(1L << 40)).isEqualTo(320 * MIB);
        assertThat(reserve.resumeBytesOf(64 * MIB)).isLessThan(5 * MIB);
        assertThat(new DiskReserve(0).bytesOf(1L << 40)).isZero();
        assertThatThrownBy(() -> new DiskReserve(-2)).hasMessageContainingAll("log.dir.reserve.bytes", "-2");
    }

    @Test
    void aDiskThatCannotBeAskedIsNoDisk() {
        disk.at(path).breakDown();
        assertThatThrownBy(() -> space(0)).isInstanceOf(IOException.class);
    }
}
