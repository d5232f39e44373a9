/** The registry behind {@code /metrics} and what it says of the process itself. */
@NullMarked
package dev.curia.broker.metrics;

import org.jspecify.annotations.NullMarked;
