package dev.curia.broker.metrics;

import static dev.curia.common.metric.MetricKey.counter;
import static dev.curia.common.metric.MetricKey.gauge;

import dev.curia.common.metric.MetricKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.util.List;

/** The Java virtual machine and the process: memory, collections, threads, processor, files, uptime. */
public final class ProcessMetrics implements AutoCloseable {
    /** All of them; the names are Micrometer's. */
    public static final List<MetricKey> KEYS = List.of(
            gauge(
                    "jvm_memory_used_bytes",
                    "Memory in use, by area and pool.",
                    "Heap that stays near its maximum after collections: give the process more.",
                    "area",
                    "id"),
            gauge(
                    "jvm_memory_committed_bytes",
                    "Memory that the system has given, by area and pool.",
                    "",
                    "area",
                    "id"),
            gauge("jvm_memory_max_bytes", "The most that a pool may take; -1: not bounded.", "", "area", "id"),
            gauge("jvm_buffer_memory_used_bytes", "Memory of buffers outside the heap.", "", "id"),
            gauge("jvm_buffer_total_capacity_bytes", "What these buffers can hold.", "", "id"),
            gauge("jvm_buffer_count_buffers", "How many there are.", "", "id"),
            later(
                    MetricKey.Type.SUMMARY,
                    "jvm_gc_pause_seconds",
                    "Pauses of all threads by collections.",
                    "Above some 100 ms followers and clients notice: more heap, or another collector.",
                    "action",
                    "cause",
                    "gc"),
            later(
                    MetricKey.Type.SUMMARY,
                    "jvm_gc_concurrent_phase_time_seconds",
                    "Phases of collections beside the threads.",
                    "",
                    "action",
                    "cause",
                    "gc"),
            counter("jvm_gc_memory_allocated_bytes_total", "What the young generation grew between collections.", ""),
            counter("jvm_gc_memory_promoted_bytes_total", "What the old generation grew at collections.", ""),
            gauge("jvm_gc_live_data_size_bytes", "The old generation after its last whole collection.", ""),
            gauge("jvm_gc_max_data_size_bytes", "The most that the old generation may take.", ""),
            gauge("jvm_threads_live_threads", "Threads.", ""),
            gauge("jvm_threads_daemon_threads", "Daemon threads among them.", ""),
            gauge("jvm_threads_peak_threads", "The most there were.", ""),
            counter("jvm_threads_started_threads_total", "Threads ever started.", ""),
            gauge("jvm_threads_states_threads", "Threads by state.", "`blocked` ones: a lock is fought for.", "state"),
            gauge("jvm_classes_loaded_classes", "Loaded classes.", ""),
            counter("jvm_classes_loaded_count_classes_total", "Classes ever loaded.", ""),
            counter("jvm_classes_unloaded_classes_total", "Classes ever unloaded.", ""),
            gauge(
                    "process_cpu_usage",
                    "Share of all processors that this process takes, 0 to 1.",
                    "Near 1: the machine is too small for the load."),
            counter("process_cpu_time_ns_total", "Processor time of this process, in nanoseconds.", ""),
            gauge(
                    "process_files_open_files",
                    "Open files and sockets.",
                    "Near the maximum: raise the limit; a log takes some four files a segment."),
            gauge("process_files_max_files", "How many it may open.", ""),
            gauge("process_start_time_seconds", "When it started, in seconds since 1970.", "A jump: it was restarted."),
            gauge("process_uptime_seconds", "For how long it has run.", ""),
            gauge("system_cpu_usage", "Share of the machine's processors in use, 0 to 1.", ""),
            gauge("system_cpu_count", "Processors that the JVM may use.", ""),
            gauge("system_load_average_1m", "The machine's load.", ""));

    private static MetricKey later(MetricKey.Type type, String name, String meaning, String advice, String... labels) {
        return new MetricKey(name, type, List.of(labels), meaning, advice, true);
    }

    private final JvmGcMetrics collections = new JvmGcMetrics();

    public ProcessMetrics(MeterRegistry registry) {
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    @Override
    public void close() {
        collections.close();
    }
}
