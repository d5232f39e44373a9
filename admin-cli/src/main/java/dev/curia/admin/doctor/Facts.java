package dev.curia.admin.doctor;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a machine says of itself. Immutable; what it does not say is empty.
 *
 * @param openFiles the limit of this user's processes; {@link Long#MAX_VALUE}: none
 * @param clockKeeper what keeps the clock right
 * @param root whether this user is root
 */
public record Facts(
        OptionalLong openFiles,
        OptionalLong maxMapCount,
        OptionalLong swappiness,
        OptionalLong dirtyRatio,
        OptionalLong dirtyBackgroundRatio,
        Optional<String> clockKeeper,
        List<Disk> disks,
        List<Port> ports,
        int javaVersion,
        Optional<Boolean> root) {

    /**
     * Where data lies.
     *
     * @param fileSystem such as ext4
     * @param options it is mounted with
     */
    public record Disk(String directory, long usableBytes, long totalBytes, String fileSystem, List<String> options) {
        public Disk {
            options = List.copyOf(options);
        }
    }

    /** A port of the host, and whether something listens there. */
    public record Port(int number, boolean taken) {}

    public Facts {
        disks = List.copyOf(disks);
        ports = List.copyOf(ports);
    }
}
