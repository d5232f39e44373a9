package dev.curia.log;

import dev.curia.log.io.FileSystem;
import dev.curia.log.io.SmallFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file {@code .kafka_cleanshutdown}: exists while, and only while, all logs of the directory were closed properly. Tells with which
 * broker epoch, so that the controller can see whether this broker lost anything since (KIP-966).
 */
final class CleanShutdownFile {
    private static final Pattern BROKER_EPOCH = Pattern.compile("\"brokerEpoch\"\\s*:\\s*(\\d{1,18})");

    private final FileSystem files;
    private final Path file;

    CleanShutdownFile(FileSystem files, Path directory) {
        this.files = files;
        this.file = directory.resolve(".kafka_cleanshutdown");
    }

    boolean exists() {
        return files.exists(file);
    }

    /** Empty: there is no file, or it names none. */
    OptionalLong brokerEpoch() throws IOException {
        if (!exists()) return OptionalLong.empty();
        Matcher matcher = BROKER_EPOCH.matcher(SmallFiles.readText(files, file));
        return matcher.find() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    void write(long brokerEpoch) throws IOException {
        SmallFiles.replaceText(files, file, "{\"version\":0,\"brokerEpoch\":" + brokerEpoch + "}");
    }

    /** Durably, before anything is written to a log. */
    void delete() throws IOException {
        files.delete(file);
        Path directory = file.getParent();
        if (directory != null) files.forceDirectory(directory);
    }
}
