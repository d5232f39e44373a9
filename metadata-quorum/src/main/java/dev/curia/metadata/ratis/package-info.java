/**
 * The metadata log on Apache Ratis: one Raft group of the quorum nodes whose entries are batches of metadata records. Owns the node's
 * directory, its Raft server and the state machine; the only package that may use Ratis, which never leaves it. Read
 * {@link dev.curia.metadata.ratis.RatisMetadataLog} first, then {@code MetadataStateMachine}.
 */
@NullMarked
package dev.curia.metadata.ratis;

import org.jspecify.annotations.NullMarked;
