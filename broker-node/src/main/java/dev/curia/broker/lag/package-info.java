/** How far groups are behind, in records and in time. Read {@link dev.curia.broker.lag.LagMonitor} first. */
@NullMarked
package dev.curia.broker.lag;

import org.jspecify.annotations.NullMarked;
