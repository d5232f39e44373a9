package dev.curia.admin.doctor;

import dev.curia.admin.doctor.Facts.Disk;
import dev.curia.admin.doctor.Finding.Verdict;
import dev.curia.admin.view.Sizes;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Judges what a machine says of itself: what is found, what would be better, why, and what to do. Pure. */
public final class HostChecks {
    static final long OPEN_FILES = 100_000;
    static final long TOO_FEW_FILES = 4_096;
    static final long MAX_MAP_COUNT = 262_144;
    static final long SWAPPINESS = 10;
    static final long DIRTY_BACKGROUND = 10;
    static final long DIRTY_LOW = 20;
    static final long DIRTY_HIGH = 80;
    static final int OLDEST_JAVA = 17;
    private static final long LOW_DISK = 1L << 30;
    private static final Set<String> GOOD_FILE_SYSTEMS = Set.of("ext4", "xfs");

    private HostChecks() {}

    /** All of them, in the order in which people are told. */
    public static List<Finding> of(Facts facts) {
        List<Finding> findings = new ArrayList<>();
        findings.add(java(facts));
        findings.add(user(facts));
        findings.add(openFiles(facts.openFiles()));
        findings.add(sysctl(
                "vm.max_map_count",
                facts.maxMapCount(),
                facts.maxMapCount().orElse(0) >= MAX_MAP_COUNT,
                "at least " + MAX_MAP_COUNT,
                "The metadata store and the JVM map files and stacks into memory; at the limit they fail.",
                MAX_MAP_COUNT));
        findings.add(sysctl(
                "vm.swappiness",
                facts.swappiness(),
                facts.swappiness().orElse(100) <= SWAPPINESS,
                "at most " + SWAPPINESS,
                "The kernel may swap a broker's heap out for the sake of page cache: pauses that look like failures follow.",
                1));
        findings.add(sysctl(
                "vm.dirty_background_ratio",
                facts.dirtyBackgroundRatio(),
                facts.dirtyBackgroundRatio().orElse(100) <= DIRTY_BACKGROUND,
                "at most " + DIRTY_BACKGROUND,
                "Writing back begins late, and then in bursts that readers and writers feel.",
                5));
        long dirty = facts.dirtyRatio().orElse(-1);
        findings.add(sysctl(
                "vm.dirty_ratio",
                facts.dirtyRatio(),
                dirty >= DIRTY_LOW && dirty <= DIRTY_HIGH,
                DIRTY_LOW + " to " + DIRTY_HIGH,
                "From this share of memory on writers wait for the disk: too low stops bursts, too high makes the wait long.",
                60));
        findings.add(clock(facts));
        facts.disks().forEach(disk -> findings.addAll(disk(disk)));
        facts.ports().forEach(port -> findings.add(port(port)));
        return findings;
    }

    private static Finding java(Facts facts) {
        return new Finding(
                "java",
                facts.javaVersion() >= OLDEST_JAVA ? Verdict.OK : Verdict.FAIL,
                Integer.toString(facts.javaVersion()),
                "at least " + OLDEST_JAVA,
                "Curia does not start with an older one.",
                "Install a JDK or JRE of version 17, 21 or 25, and set JAVA_HOME.");
    }

    private static Finding user(Facts facts) {
        boolean root = facts.root().orElse(false);
        return new Finding(
                "user",
                facts.root().isEmpty() ? Verdict.UNKNOWN : root ? Verdict.WARN : Verdict.OK,
                facts.root().isEmpty() ? "?" : root ? "root" : "not root",
                "not root",
                "A fault in a server that runs as root is a fault with every right on the machine.",
                "Run it as a user of its own that owns its data directories and nothing else.");
    }

    private static Finding openFiles(OptionalLong limit) {
        long files = limit.orElse(-1);
        return new Finding(
                "open files",
                limit.isEmpty()
                        ? Verdict.UNKNOWN
                        : files < TOO_FEW_FILES ? Verdict.FAIL : files < OPEN_FILES ? Verdict.WARN : Verdict.OK,
                limit.isEmpty() ? "?" : files == Long.MAX_VALUE ? "unlimited" : Long.toString(files),
                "at least " + OPEN_FILES,
                "Each segment holds several files open, and each connection one; without a free one a log directory goes offline.",
                "Set LimitNOFILE=" + OPEN_FILES + " in the systemd unit, or 'nofile' in /etc/security/limits.conf.");
    }

    private static Finding sysctl(
            String name, OptionalLong found, boolean good, String wanted, String why, long value) {
        return new Finding(
                name,
                found.isEmpty() ? Verdict.UNKNOWN : good ? Verdict.OK : Verdict.WARN,
                found.isEmpty() ? "?" : Long.toString(found.getAsLong()),
                wanted,
                why,
                "sysctl -w " + name + "=" + value + ", and the same line in /etc/sysctl.d/curia.conf.");
    }

    private static Finding clock(Facts facts) {
        return new Finding(
                "clock",
                facts.clockKeeper().isPresent() ? Verdict.OK : Verdict.WARN,
                facts.clockKeeper().orElse("nothing seen that keeps it right"),
                "kept right by NTP or PTP",
                "Timestamps of records, retention and offsets by time follow each machine's clock.",
                "Run chrony or systemd-timesyncd. In a container or virtual machine the host may do it: then this is no trouble.");
    }

    private static List<Finding> disk(Disk disk) {
        boolean known = disk.totalBytes() > 0;
        double free = known ? (double) disk.usableBytes() / disk.totalBytes() : 0;
        boolean low = disk.usableBytes() < LOW_DISK || free < 0.05;
        Finding space = new Finding(
                "disk " + disk.directory(),
                !known ? Verdict.UNKNOWN : low ? Verdict.FAIL : free < 0.15 ? Verdict.WARN : Verdict.OK,
                known ? Sizes.of(disk.usableBytes()) + " free (" + Math.round(free * 100) + " %)" : "?",
                "15 % free, and 1 GiB",
                "A full disk stops appends: replicas there leave the in-sync set.",
                "Free some, lower retention, or add a directory to log.dirs and move replicas with 'curia log-dirs move'.");
        boolean good = GOOD_FILE_SYSTEMS.contains(disk.fileSystem());
        Finding fileSystem = new Finding(
                "file system " + disk.directory(),
                disk.fileSystem().equals("?") ? Verdict.UNKNOWN : good ? Verdict.OK : Verdict.WARN,
                disk.fileSystem(),
                "xfs or ext4",
                "Others are slower to force to disk, forget at a restart (tmpfs), or promise less after a power loss (network).",
                "Put the data on a disk of its own with xfs or ext4; a container's on a volume.");
        boolean spares = disk.options().stream().anyMatch(Set.of("noatime", "relatime")::contains);
        Finding times = new Finding(
                "access times " + disk.directory(),
                disk.options().isEmpty() ? Verdict.UNKNOWN : spares ? Verdict.OK : Verdict.WARN,
                disk.options().isEmpty()
                        ? "?"
                        : disk.options().stream()
                                .filter(option -> option.endsWith("atime"))
                                .collect(Collectors.collectingAndThen(
                                        Collectors.joining(","), text -> text.isEmpty() ? "written" : text)),
                "noatime or relatime",
                "Each read would write the time of it to the disk; nothing needs that.",
                "Mount it with noatime.");
        return List.of(space, fileSystem, times);
    }

    private static Finding port(Facts.Port port) {
        return new Finding(
                "port " + port.number(),
                port.taken() ? Verdict.WARN : Verdict.OK,
                port.taken() ? "in use" : "free",
                "free, or Curia's own",
                "A node that cannot listen does not start. When Curia runs here already, it is what listens.",
                "See who it is with 'ss -ltnp', or choose another port in the configuration.");
    }
}
