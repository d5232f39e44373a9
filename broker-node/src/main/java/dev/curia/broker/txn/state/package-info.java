/**
 * The transaction coordinator's decisions, pure: {@link dev.curia.broker.txn.state.InitProducerId},
 * {@link dev.curia.broker.txn.state.AddPartitions} and {@link dev.curia.broker.txn.state.EndTxn} say what a request means for one transactional
 * id; {@link dev.curia.broker.txn.state.TxnShard}, to be read first, keeps all ids of a partition and does one thing at a time with each.
 */
@NullMarked
package dev.curia.broker.txn.state;

import org.jspecify.annotations.NullMarked;
