package dev.curia.admin.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.admin.doctor.Facts.Disk;
import dev.curia.admin.doctor.Facts.Port;
import dev.curia.admin.doctor.Finding.Verdict;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostChecksTest {
    private static final Facts GOOD = new Facts(
            OptionalLong.of(1_000_000),
            OptionalLong.of(262_144),
            OptionalLong.of(1),
            OptionalLong.of(60),
            OptionalLong.of(5),
            Optional.of("chronyd"),
            List.of(disk(50, "xfs", "rw", "noatime")),
            List.of(new Port(9092, false)),
            21,
            Optional.of(false));

    private static Disk disk(long freeGib, String fileSystem, String... options) {
        return new Disk("/d", freeGib << 30, 100L << 30, fileSystem, List.of(options));
    }

    private static Map<String, Verdict> verdicts(Facts facts) {
        return HostChecks.of(facts).stream().collect(Collectors.toMap(Finding::check, Finding::verdict));
    }

    @Test
    void aGoodHostHasNothingToComplainOf() {
        assertThat(verdicts(GOOD).values()).containsOnly(Verdict.OK);
    }

    @Test
    void eachThingThatIsWrongIsFound() {
        Facts bad = new Facts(
                OptionalLong.of(1024),
                OptionalLong.of(65_530),
                OptionalLong.of(60),
                OptionalLong.of(10),
                OptionalLong.of(20),
                Optional.empty(),
                List.of(disk(1, "tmpfs", "rw")),
                List.of(new Port(9092, true)),
                11,
                Optional.of(true));
        assertThat(verdicts(bad))
                .containsEntry("open files", Verdict.FAIL)
                .containsEntry("vm.max_map_count", Verdict.WARN)
                .containsEntry("vm.swappiness", Verdict.WARN)
                .containsEntry("vm.dirty_ratio", Verdict.WARN)
                .containsEntry("vm.dirty_background_ratio", Verdict.WARN)
                .containsEntry("clock", Verdict.WARN)
                .containsEntry("disk /d", Verdict.FAIL)
                .containsEntry("file system /d", Verdict.WARN)
                .containsEntry("access times /d", Verdict.WARN)
                .containsEntry("port 9092", Verdict.WARN)
                .containsEntry("java", Verdict.FAIL)
                .containsEntry("user", Verdict.WARN);
        assertThat(HostChecks.of(bad)).allSatisfy(finding -> {
            assertThat(finding.why()).endsWith(".");
            assertThat(finding.remedy()).endsWith(".");
        });
    }

    @Test
    void aMachineThatDoesNotSayIsNotBlamed() {
        Facts silent = new Facts(
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                List.of(new Disk("/d", -1, -1, "?", List.of())),
                List.of(),
                17,
                Optional.empty());
        assertThat(verdicts(silent))
                .containsEntry("open files", Verdict.UNKNOWN)
                .containsEntry("vm.swappiness", Verdict.UNKNOWN)
                .containsEntry("disk /d", Verdict.UNKNOWN)
                .containsEntry("file system /d", Verdict.UNKNOWN)
                .containsEntry("user", Verdict.UNKNOWN)
                .doesNotContainValue(Verdict.FAIL);
    }

    @Test
    void factsAreReadWhereLinuxTellsThem(@TempDir Path root) throws IOException {
        write(
                root,
                "proc/self/limits",
                "Limit  Soft  Hard\nMax open files            20000                524288               files\n");
        write(root, "proc/self/status", "Name:\tjava\nUid:\t0\t0\t0\t0\n");
        write(root, "proc/sys/vm/swappiness", "60\n");
        write(root, "run/chrony/chronyd.pid", "1\n");
        Path data = Files.createDirectories(root.resolve("srv/data"));
        write(
                root,
                "proc/self/mounts",
                "none / overlay rw,relatime 0 0\n/dev/sdb " + root.resolve("srv") + " xfs rw,noatime 0 0\n");
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(0));
            Facts facts = new HostProbe(root)
                    .facts(List.of(data.resolve("later"), Path.of("/")), List.of(socket.getLocalPort()));
            assertThat(facts.openFiles()).hasValue(20_000);
            assertThat(facts.root()).contains(true);
            assertThat(facts.swappiness()).hasValue(60);
            assertThat(facts.dirtyRatio()).isEmpty();
            assertThat(facts.clockKeeper()).contains("chronyd");
            assertThat(facts.disks()).extracting(Disk::fileSystem).containsExactly("xfs", "overlay");
            assertThat(facts.disks().get(0).options()).contains("noatime");
            assertThat(facts.disks().get(0).totalBytes()).isPositive();
            assertThat(facts.ports()).containsExactly(new Port(socket.getLocalPort(), true));
        }
    }

    /** Whose files are not like others: each read makes them anew. */
    @Test
    void thisMachinesOwnFilesAreReadWhole() throws IOException {
        Path setting = Path.of("/proc/sys/vm/max_map_count");
        Assumptions.assumeTrue(Files.exists(setting));
        byte[] text = new byte[64];
        int length;
        try (RandomAccessFile file = new RandomAccessFile(setting.toFile(), "r")) {
            length = file.read(text);
        }
        Facts facts = new HostProbe(Path.of("/")).facts(List.of(), List.of());
        assertThat(facts.maxMapCount())
                .hasValue(Long.parseLong(new String(text, 0, length, StandardCharsets.UTF_8).strip()));
        assertThat(facts.openFiles()).isPresent();
    }

    private static void write(Path root, String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
