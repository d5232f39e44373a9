package dev.curia.backup;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.curia.proto.metadata.v1.BackupHeader;
import dev.curia.proto.metadata.v1.BackupPart;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A backup of the whole metadata at one index of its log. Immutable. The file, numbers big endian:
 *
 * <pre>
 * 8 bytes    "CURIAMB\n"
 * 4 bytes    version of the format: 1
 * then, for each part, a header first:
 *   4 bytes  length, above 0
 *   length   a {@link BackupPart}
 * 4 bytes    0: no more parts
 * 32 bytes   SHA-256 of all before
 * </pre>
 *
 * <p>What a build does not know within a part it passes over; what it must know to read the file raises the version.
 */
public record MetadataBackup(BackupHeader header, List<MetadataRecord> records) {
    static final byte[] MAGIC = "CURIAMB\n".getBytes(StandardCharsets.US_ASCII);
    static final int VERSION = 1;
    static final int DIGEST_BYTES = 32;
    private static final int MAX_PART = 64 << 20;

    public MetadataBackup {
        records = List.copyOf(records);
    }

    /**
     * Reads a file and checks all of it.
     *
     * @throws BackupException when it is no backup, damaged, cut short, or of a newer format
     */
    public static MetadataBackup read(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (DataInputStream in = new DataInputStream(
                new DigestInputStream(new BufferedInputStream(Files.newInputStream(file)), digest))) {
            requireReadable(file, in);
            List<BackupPart> parts = new ArrayList<>();
            for (int length = in.readInt(); length != 0; length = in.readInt()) {
                if (length < 0 || length > MAX_PART) throw damaged(file, "a part of " + length + " bytes");
                parts.add(BackupPart.parseFrom(in.readNBytes(length)));
            }
            byte[] expected = digest.digest();
            if (!MessageDigest.isEqual(expected, in.readNBytes(DIGEST_BYTES))) {
                throw damaged(file, "its checksum is not that of its content");
            }
            if (in.read() >= 0) throw damaged(file, "something follows its end");
            return of(file, parts);
        } catch (EOFException e) {
            throw damaged(file, "it ends too early");
        } catch (InvalidProtocolBufferException e) {
            throw damaged(file, "a part cannot be read");
        }
    }

    private static void requireReadable(Path file, DataInputStream in) throws IOException {
        if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
            throw new BackupException(
                    file + " is no backup of the metadata: expected a file that 'curia quorum snapshot save' wrote.");
        }
        int version = in.readInt();
        if (version != VERSION) {
            throw new BackupException(file + " is of format " + version + ", but this build reads format " + VERSION
                    + ". Use the build that saved it, or a newer one.");
        }
    }

    private static MetadataBackup of(Path file, List<BackupPart> parts) throws BackupException {
        if (parts.isEmpty() || !parts.get(0).hasHeader()) throw damaged(file, "it does not begin with its header");
        List<MetadataRecord> records = parts.stream()
                .flatMap(part -> part.getRecords().getRecordsList().stream())
                .toList();
        return new MetadataBackup(parts.get(0).getHeader(), records);
    }

    private static BackupException damaged(Path file, String how) {
        return new BackupException(file + " is damaged: " + how + ". Use another backup.");
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
