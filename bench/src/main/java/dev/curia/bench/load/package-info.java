/**
 * Stock clients that load servers, and what these use meanwhile: clock, processor time, memory. Read {@link dev.curia.bench.load.Saturation}
 * first.
 */
@NullMarked
package dev.curia.bench.load;

import org.jspecify.annotations.NullMarked;
