/** How long clients wait for acknowledgements when nodes fail: Curia and Apache Kafka as processes on this machine, side by side. */
@NullMarked
package dev.curia.bench.availability;

import org.jspecify.annotations.NullMarked;
