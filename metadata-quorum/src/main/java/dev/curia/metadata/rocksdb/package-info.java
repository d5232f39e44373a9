/**
 * The metadata image on disk: a live RocksDB database that is disposable, its checkpoints, and the batches kept for watchers. Owns
 * everything that touches RocksDB. Read {@link dev.curia.metadata.rocksdb.ImageStore} first.
 */
@NullMarked
package dev.curia.metadata.rocksdb;

import org.jspecify.annotations.NullMarked;
