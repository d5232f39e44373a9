/**
 * Curia and Apache Kafka side by side, as processes on this machine, driven by the same stock client: throughput, latency, processor time,
 * memory, start. Workloads, figures, statistics, the table and the chart are pure; what drives clients and reads processes is
 * {@link dev.curia.bench.compare.Life} and below. Read {@link dev.curia.bench.compare.Compare} first.
 */
@NullMarked
package dev.curia.bench.compare;

import org.jspecify.annotations.NullMarked;
