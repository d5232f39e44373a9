/**
 * Where the processor time of servers goes while they are loaded: samples of Linux's perf, sorted into a few places, for Curia and Apache Kafka
 * beside each other. What perf prints, places and tables are pure; {@link dev.curia.bench.profile.Perf} and
 * {@link dev.curia.bench.profile.ProfiledLife} drive processes. Read {@link dev.curia.bench.profile.Profile} first.
 */
@NullMarked
package dev.curia.bench.profile;

import org.jspecify.annotations.NullMarked;
