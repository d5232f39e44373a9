/**
 * Starts what is measured, as processes on this machine: servers of Curia and of Apache Kafka, configured alike. Read
 * {@link dev.curia.bench.product.Servers} first.
 */
@NullMarked
package dev.curia.bench.product;

import org.jspecify.annotations.NullMarked;
