package dev.curia.admin.doctor;

import dev.curia.admin.doctor.Facts.Disk;
import dev.curia.admin.doctor.Facts.Port;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Gathers facts of the machine that this process runs on, from files under {@code /proc} and {@code /run}; what is not there is left out. */
public final class HostProbe {
    private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files +(\\S+)");
    private static final Pattern EFFECTIVE_USER = Pattern.compile("(?m)^Uid:\\s+\\d+\\s+(\\d+)");

    private static final int PIECE = 64 << 10;

    private final Path root;

    /** @param root of the file system */
    public HostProbe(Path root) {
        this.root = root;
    }

    /** Looks at all of it. */
    public Facts facts(List<Path> directories, List<Integer> ports) {
        return new Facts(
                openFiles(),
                number("proc/sys/vm/max_map_count"),
                number("proc/sys/vm/swappiness"),
                number("proc/sys/vm/dirty_ratio"),
                number("proc/sys/vm/dirty_background_ratio"),
                clockKeeper(),
                directories.stream().map(this::disk).toList(),
                ports.stream().map(port -> new Port(port, isTaken(port))).toList(),
                Runtime.version().feature(),
                find(EFFECTIVE_USER, "proc/self/status").map("0"::equals));
    }

    private OptionalLong openFiles() {
        Optional<String> limit = find(OPEN_FILES, "proc/self/limits");
        if (limit.isEmpty()) return OptionalLong.empty();
        return limit.get().equals("unlimited") ? OptionalLong.of(Long.MAX_VALUE) : parse(limit.get());
    }

    private Optional<String> clockKeeper() {
        if (Files.exists(root.resolve("run/systemd/timesync/synchronized"))) return Optional.of("systemd-timesyncd");
        for (String keeper : List.of("chrony/chronyd.pid", "chronyd.pid", "ntpd.pid", "ptp4l.pid")) {
            if (Files.exists(root.resolve("run").resolve(keeper)))
                return Optional.of(keeper.substring(keeper.lastIndexOf('/') + 1).replace(".pid", ""));
        }
        return Optional.empty();
    }

    /** Of a directory that is not there yet, of the one that it would be made in. */
    private Disk disk(Path wanted) {
        Path there = wanted.toAbsolutePath().normalize();
        while (!Files.exists(there) && there.getParent() != null) there = there.getParent();
        long usable = -1;
        long total = -1;
        try {
            FileStore store = Files.getFileStore(there);
            usable = store.getUsableSpace();
            total = store.getTotalSpace();
        } catch (IOException e) {
            total = -1; // which says that it is not known
        }
        Optional<Mount> mount = mount(there);
        return new Disk(
                wanted.toString(),
                usable,
                total,
                mount.map(Mount::type).orElse("?"),
                mount.map(Mount::options).orElse(List.of()));
    }

    private record Mount(Path point, String type, List<String> options) {}

    /** The one that lies deepest; of several at one place the last. */
    private Optional<Mount> mount(Path directory) {
        return read("proc/self/mounts").stream()
                .flatMap(String::lines)
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields.length >= 4)
                .map(fields -> new Mount(
                        Path.of(fields[1].replace("\\040", " ")), fields[2], List.of(fields[3].split(",", -1))))
                .filter(mount -> directory.startsWith(mount.point))
                .reduce((best, next) -> next.point.getNameCount() >= best.point.getNameCount() ? next : best);
    }

    private static boolean isTaken(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private OptionalLong number(String file) {
        return read(file).map(text -> parse(text.strip())).orElse(OptionalLong.empty());
    }

    private static OptionalLong parse(String text) {
        return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private Optional<String> find(Pattern pattern, String file) {
        return read(file).map(pattern::matcher).filter(Matcher::find).map(found -> found.group(1));
    }

    /** In large pieces: the kernel writes a setting anew for each read, and one that begins behind the first byte gets nothing. */
    private Optional<String> read(String file) {
        try (InputStream in = Files.newInputStream(root.resolve(file))) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] piece = new byte[PIECE];
            for (int count = in.read(piece); count > 0; count = in.read(piece)) all.write(piece, 0, count);
            return Optional.of(all.toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
