/**
 * Measures hot paths: JMH benchmarks, and programs of their own where a run is one long piece of work or memory is what counts. Run by
 * {@code bench/run}. Read {@link dev.curia.bench.BenchLog} first.
 */
@NullMarked
package dev.curia.bench;

import org.jspecify.annotations.NullMarked;
