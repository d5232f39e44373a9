/**
 * The group coordinator's state machine, pure: no threads, no I/O, no clock. Read {@link dev.curia.broker.group.state.GroupShard} first
 * (what there is), then {@link dev.curia.broker.group.state.ClassicGroup} (the classic rebalance protocol).
 *
 * <p>Two layers: {@link dev.curia.broker.group.state.CommittedGroups} is the persistent state, changed only by replaying records;
 * {@code ClassicGroup} is the rebalance under way, which a failover may forget.
 */
@NullMarked
package dev.curia.broker.group.state;

import org.jspecify.annotations.NullMarked;
