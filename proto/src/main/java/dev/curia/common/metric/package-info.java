/** What a process tells of itself in numbers: each meter with its meaning, beside the code that feeds it. Read {@code MetricKey} first. */
@org.jspecify.annotations.NullMarked
package dev.curia.common.metric;
