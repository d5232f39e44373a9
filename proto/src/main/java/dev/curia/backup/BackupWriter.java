package dev.curia.backup;

import dev.curia.proto.metadata.v1.BackupHeader;
import dev.curia.proto.metadata.v1.BackupPart;
import dev.curia.proto.metadata.v1.BackupRecords;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;

/**
 * Writes a {@link MetadataBackup} as it comes in. The file is there, whole and durable, when {@link #finish} returns, and not at all before. Only
 * its owner may read it: it holds what passwords are checked with. Used by one thread.
 */
public final class BackupWriter implements AutoCloseable {
    private final Path file;
    private final Path unfinished;
    private final FileChannel channel;
    private final DataOutputStream out;
    private final MessageDigest digest = MetadataBackup.sha256();

    /** @throws FileAlreadyExistsException when the file exists: no backup is written over */
    public BackupWriter(Path file, BackupHeader header) throws IOException {
        if (Files.exists(file)) throw new FileAlreadyExistsException(file.toString());
        this.file = file;
        this.unfinished = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(unfinished);
        this.channel = FileChannel.open(
                unfinished, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownersOnly(file));
        this.out = new DataOutputStream(
                new DigestOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)), digest));
        out.write(MetadataBackup.MAGIC);
        out.writeInt(MetadataBackup.VERSION);
        write(BackupPart.newBuilder().setHeader(header).build());
    }

    /** @param records not more than a message of the cluster's holds */
    public void add(List<MetadataRecord> records) throws IOException {
        write(BackupPart.newBuilder()
                .setRecords(BackupRecords.newBuilder().addAllRecords(records))
                .build());
    }

    public void finish() throws IOException {
        out.writeInt(0);
        out.write(digest.digest());
        out.flush();
        channel.force(true);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) return;
        try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** Leaves nothing of a file that was not finished. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(unfinished);
    }

    private void write(BackupPart part) throws IOException {
        out.writeInt(part.getSerializedSize());
        part.writeTo(out);
    }

    private static FileAttribute<?>[] ownersOnly(Path file) {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
