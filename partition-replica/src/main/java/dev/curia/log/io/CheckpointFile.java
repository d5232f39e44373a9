package dev.curia.log.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Kafka's text format for checkpoints: a line with version 0, a line with the number of entries, then one line an entry. Replaced
 * atomically and durably. Not thread-safe.
 */
public final class CheckpointFile {
    private static final String VERSION = "0";

    private final FileSystem files;
    private final Path file;

    public CheckpointFile(FileSystem files, Path file) {
        this.files = files;
        this.file = file;
    }

    public void write(List<String> entries) throws IOException {
        StringBuilder text = new StringBuilder(32 + 24 * entries.size());
        text.append(VERSION).append('\n').append(entries.size()).append('\n');
        entries.forEach(entry -> text.append(entry).append('\n'));
        SmallFiles.replaceText(files, file, text.toString());
    }

    /** Each entry's fields; none when there is no file. Throws {@link MalformedFileException} on anything else than the format. */
    public List<String[]> read(int fieldsPerEntry) throws IOException {
        if (!files.exists(file)) return List.of();
        List<String> lines = SmallFiles.readText(files, file).lines().toList();
        if (lines.size() < 2) throw malformed("has " + lines.size() + " lines, expected at least 2");
        if (!lines.get(0).strip().equals(VERSION)) throw malformed("has version " + lines.get(0) + ", expected 0");
        if (!lines.get(1).strip().equals(Integer.toString(lines.size() - 2))) {
            throw malformed("announces " + lines.get(1) + " entries but has " + (lines.size() - 2));
        }
        List<String[]> entries = new ArrayList<>(lines.size());
        for (String line : lines.subList(2, lines.size())) {
            String[] fields = line.strip().split(" ", -1);
            if (fields.length != fieldsPerEntry) throw malformed("has the line '" + line + "'");
            entries.add(fields);
        }
        return entries;
    }

    /** A number of an entry. */
    public long number(String field) throws IOException {
        try {
            return Long.parseLong(field);
        } catch (NumberFormatException e) {
            throw malformed("has '" + field + "' where a number is expected");
        }
    }

    private MalformedFileException malformed(String what) {
        return new MalformedFileException(file, what);
    }
}
