/** For how long a leader that hears no controller may go on to serve. */
@NullMarked
package dev.curia.replica.lease;

import org.jspecify.annotations.NullMarked;
