/** Measures what a cluster does under load. Read {@link dev.curia.admin.perf.Pace} first: when each record is due, and so what counts as late. */
@NullMarked
package dev.curia.admin.perf;

import org.jspecify.annotations.NullMarked;
