/**
 * The transaction coordinator: the transactional ids of those partitions of {@code __transaction_state} that this broker leads, and the
 * markers that end their transactions in the logs of all brokers. Read {@link dev.curia.broker.txn.TransactionCoordinator} first.
 */
@NullMarked
package dev.curia.broker.txn;

import org.jspecify.annotations.NullMarked;
