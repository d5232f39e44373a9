package dev.curia.log.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The machine's file system. */
public final class NioFileSystem implements FileSystem {
    @Override
    public LogFile open(Path file) throws IOException {
        return needingRoom(
                file,
                () -> new NioLogFile(
                        file,
                        FileChannel.open(
                                file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)));
    }

    @Override
    public LogFile openReadOnly(Path file) throws IOException {
        return new NioLogFile(file, FileChannel.open(file, StandardOpenOption.READ));
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public long lastModifiedMillis(Path file) throws IOException {
        return Files.getLastModifiedTime(file).toMillis();
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        needingRoom(directory, () -> Files.createDirectories(directory));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        needingRoom(
                to, () -> Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
    }

    @Override
    public void delete(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            Files.deleteIfExists(path);
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) return FileVisitResult.CONTINUE;
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) throw e;
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public Space space(Path directory) throws IOException {
        FileStore store = Files.getFileStore(directory);
        return new Space(store.getUsableSpace(), store.getTotalSpace());
    }

    private static <T> T needingRoom(Path file, Operation<T> operation) throws IOException {
        try {
            return operation.run();
        } catch (IOException e) {
            throw NoSpaceException.orOther(e, file);
        }
    }

    private interface Operation<T> {
        T run() throws IOException;
    }

    @Override
    public AutoCloseable lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) return channel; // closing the channel releases the lock
        } catch (OverlappingFileLockException e) {
            // Held by this process: reported as any other holder.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new LockedException(file);
    }
}
