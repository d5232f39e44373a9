/** Writes to each broker and reads back what it wrote, for metrics. Read {@link dev.curia.broker.canary.Canary} first. */
@NullMarked
package dev.curia.broker.canary;

import org.jspecify.annotations.NullMarked;
