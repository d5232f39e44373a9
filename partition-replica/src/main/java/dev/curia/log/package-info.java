/** A partition's log on disk: append, read, truncate, roll, recover. Knows nothing of replication. */
@NullMarked
package dev.curia.log;

import org.jspecify.annotations.NullMarked;
