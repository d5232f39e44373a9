/**
 * Looking after the metadata quorum: whether a change of its members is safe, how its nodes fare, and whether all hold the same
 * metadata. The decisions are pure; {@link dev.curia.metadata.quorum.QuorumOperations} puts them to work. Read that first.
 */
@NullMarked
package dev.curia.metadata.quorum;

import org.jspecify.annotations.NullMarked;
