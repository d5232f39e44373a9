/**
 * A replica's decisions, pure: an event in, the next state and effects out. {@link dev.curia.replica.state.LeaderState} decides the high
 * watermark and the in-sync set, {@link dev.curia.replica.state.FollowerState} what to do with what the leader sends. Imports no
 * threads, files, clocks or network. Read {@code LeaderState} first.
 */
@NullMarked
package dev.curia.replica.state;

import org.jspecify.annotations.NullMarked;
