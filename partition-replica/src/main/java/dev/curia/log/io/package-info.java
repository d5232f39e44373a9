/** Every touch of the disk goes through this port, so that tests can put a failing one in its place. Read {@link dev.curia.log.io.FileSystem} first. Knows nothing of logs. */
@NullMarked
package dev.curia.log.io;

import org.jspecify.annotations.NullMarked;
