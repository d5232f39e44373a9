package dev.curia.broker;

import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerKeys;
import dev.curia.broker.config.Settings;
import dev.curia.common.fault.FaultHandler;
import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.log.Background;
import dev.curia.log.DiskReserve;
import dev.curia.log.LogDirectories;
import dev.curia.log.LogDirectory;
import dev.curia.log.LogMetrics;
import dev.curia.log.clean.CleanerConfig;
import dev.curia.log.clean.CleanerMetrics;
import dev.curia.log.clean.LogCleaner;
import dev.curia.log.io.NioFileSystem;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A broker's log directories with what they share: threads, the cleaner, metrics; and what becomes of the process when one fails. */
final class LogStorage {
    private static final Logger LOG = LoggerFactory.getLogger(LogStorage.class);
    /** For each log directory: several logs' forces share what the file system has to write for each. */
    private static final int FLUSH_THREADS = 4;

    private final NodeConfig config;
    private final Settings settings;
    private final Clock clock;
    private final MeterRegistry meters;
    private final FaultHandler faults;
    private final SecureRandom random;
    private final Resources resources;
    private volatile @Nullable LogDirectories opened;

    /** @param resources owns the threads and the cleaner */
    LogStorage(
            NodeConfig config,
            Clock clock,
            MeterRegistry meters,
            FaultHandler faults,
            SecureRandom random,
            Resources resources) {
        this.config = config;
        this.settings = config.settings();
        this.clock = clock;
        this.meters = meters;
        this.faults = faults;
        this.random = random;
        this.resources = resources;
    }

    /** @throws IOException when not one of them can be used */
    LogDirectories open(EventLoop timers) throws IOException {
        LogDirectories directories = LogDirectories.open(
                config.logDirs(),
                config.clusterId(),
                config.nodeId(),
                new LogDirectory.Ports(
                        new NioFileSystem(),
                        random,
                        new Background(
                                resources.ownExecutor(
                                        "log-flush",
                                        FLUSH_THREADS * config.logDirs().size()),
                                resources.ownExecutor("log-removal", 1),
                                timers,
                                cleaner()),
                        new DiskReserve(settings.get(ServerKeys.LOG_DIR_RESERVE_BYTES)),
                        new LogMetrics(meters),
                        this::failed));
        opened = directories;
        if (!directories.anyOnline()) throw new IOException("all of log.dirs failed while they were opened");
        return directories;
    }

    private LogCleaner cleaner() {
        LogCleaner cleaner = resources.own(
                new LogCleaner(CleanerConfig.of(settings.given()), clock, random, faults, new CleanerMetrics(meters)));
        cleaner.start();
        return cleaner;
    }

    /** The others go on, if there are any; but not without the quorum's memory, when that was there too. */
    private void failed(Path directory, String operation, IOException cause) {
        LOG.error(
                "log directory {} failed ({}): its replicas are offline, and it is not used until the next start",
                directory,
                operation,
                cause);
        LogDirectories all = opened;
        if (all != null && !all.anyOnline()) {
            faults.fatal("the last log directory, " + directory + ", failed (" + operation + ")", cause);
        } else if (config.quorum() && isWithin(config.quorumDataDir(), directory)) {
            faults.fatal(
                    "log directory " + directory + " failed (" + operation + "), and quorum.data.dir is in it", cause);
        }
    }

    private static boolean isWithin(Path path, Path directory) {
        return path.toAbsolutePath()
                .normalize()
                .startsWith(directory.toAbsolutePath().normalize());
    }
}
