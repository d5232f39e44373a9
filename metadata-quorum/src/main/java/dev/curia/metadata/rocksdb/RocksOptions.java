package dev.curia.metadata.rocksdb;

import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.WriteOptions;

/** Every RocksDB setting, in one place. Holds native memory until closed. */
final class RocksOptions implements AutoCloseable {
    private static final long WRITE_BUFFER_BYTES = 4 << 20;

    private final DBOptions database = new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            // Without a write-ahead log, a checkpoint holds all families as of one write only if they are flushed as
            // one.
            .setAtomicFlush(true)
            // The live database is thrown away at the next start.
            .setAvoidFlushDuringShutdown(true)
            .setMaxOpenFiles(256)
            .setMaxBackgroundJobs(2)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
            .setKeepLogFileNum(2)
            .setStatsDumpPeriodSec(0)
            .setStatsPersistPeriodSec(0);
    private final ColumnFamilyOptions family = new ColumnFamilyOptions().setWriteBufferSize(WRITE_BUFFER_BYTES);
    private final WriteOptions write = new WriteOptions().setDisableWAL(true);

    DBOptions database() {
        return database;
    }

    WriteOptions write() {
        return write;
    }

    ColumnFamilyDescriptor describe(byte[] name) {
        return new ColumnFamilyDescriptor(name, family);
    }

    @Override
    public void close() {
        write.close();
        family.close();
        database.close();
    }
}
