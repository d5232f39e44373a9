/**
 * What the replica auditor compares: digests of ranges of batches ({@link dev.curia.replica.audit.RangeDigest}, read first) and what two of them say of
 * each other. Pure; the reading and asking is done by {@code dev.curia.replica.node.ReplicaAuditor}.
 */
@NullMarked
package dev.curia.replica.audit;

import org.jspecify.annotations.NullMarked;
