/**
 * What Curia costs against size, as curves: one broker, a process of its own, whose partitions, connections, records, consumers, log and groups
 * grow. Curves, their table and their chart are pure; each {@link dev.curia.bench.scale.Trial} drives a broker through the sizes of one
 * {@link dev.curia.bench.scale.Dimension}. Read {@link dev.curia.bench.scale.Dimensions} first.
 */
@NullMarked
package dev.curia.bench.scale;

import org.jspecify.annotations.NullMarked;
