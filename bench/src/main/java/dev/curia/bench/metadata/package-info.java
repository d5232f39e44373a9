/** What many partitions cost the metadata quorum: its nodes as processes on this machine, its brokers as sessions of this one. */
@NullMarked
package dev.curia.bench.metadata;

import org.jspecify.annotations.NullMarked;
