/** Answers the requests of transactional producers, and of those who look after transactions. Start at {@link dev.curia.broker.kafka.api.txn.TransactionHandlers}. */
@NullMarked
package dev.curia.broker.kafka.api.txn;

import org.jspecify.annotations.NullMarked;
