package dev.curia.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacesTest {
    private static final String JAVA = "/tmp/perf-1.map";
    private static final String LIBC = "/usr/lib/libc.so.6";

    private static Place ofKernel(String functions) {
        List<Frame> chain = new ArrayList<>();
        for (String function : functions.split(" ", -1)) chain.add(new Frame(true, function, "[kernel.kallsyms]"));
        chain.add(new Frame(false, "__GI___libc_write", LIBC));
        chain.add(new Frame(false, "int sun.nio.ch.EPoll.wait(int, long, int, int)", JAVA));
        return Places.of(new Sample("thread", chain));
    }

    private static Place of(String thread, String symbol, String object) {
        return Places.of(new Sample(thread, List.of(new Frame(false, symbol, object))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SENDING | _raw_spin_unlock_irqrestore tcp_write_xmit tcp_sendmsg_locked tcp_sendmsg sock_write_iter vfs_write ksys_write do_syscall_64
            SENDING | tcp_v4_rcv net_rx_action handle_softirqs do_softirq tcp_sendmsg sock_write_iter vfs_writev do_writev
            SENDING | filemap_get_pages filemap_splice_read splice_direct_to_actor do_sendfile __x64_sys_sendfile64
            RECEIVING | _copy_to_iter tcp_recvmsg_locked tcp_recvmsg inet_recvmsg sock_recvmsg sock_read_iter vfs_read ksys_read
            RECEIVING | schedule schedule_timeout wait_woken sk_wait_data tcp_recvmsg __x64_sys_recvfrom
            WRITING_FILES | copy_folio_from_iter_atomic generic_perform_write ext4_buffered_write_iter vfs_write __x64_sys_pwrite64
            FORCING_FILES | __schedule schedule io_schedule jbd2_log_wait_commit ext4_sync_file __x64_sys_fdatasync
            READING_FILES | _copy_to_iter filemap_read vfs_read ksys_read
            DELETING_FILES | find_lock_entries truncate_inode_pages_range ext4_evict_inode evict do_unlinkat __x64_sys_unlink
            WAITING | try_to_wake_up eventfd_write vfs_write ksys_write
            WAITING | eventfd_read vfs_read ksys_read
            WAITING | ep_send_events do_epoll_wait __x64_sys_epoll_wait
            WAITING | finish_task_switch.isra.0 __schedule schedule exit_to_user_mode_loop do_syscall_64
            WAITING | futex_wake do_futex __x64_sys_futex
            PAGE_FAULTS | clear_page_erms alloc_anon_folio handle_mm_fault do_user_addr_fault exc_page_fault asm_exc_page_fault
            KERNEL | do_sys_openat2 __x64_sys_openat do_syscall_64
            KERNEL | scheduler_tick update_process_times sysvec_apic_timer_interrupt
            KERNEL | handle_softirqs irq_exit_rcu sysvec_apic_timer_interrupt
            """)
    void theKernelsGoByWhatItWasAskedFor(Place place, String functions) {
        assertThat(ofKernel(functions)).isEqualTo(place);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            BROKER | void dev.curia.replica.PartitionLog.append(java.nio.ByteBuffer)
            BROKER | void org.apache.kafka.common.network.Selector.poll(long)
            BROKER | void kafka.server.KafkaApis.handle(kafka.network.RequestChannel$Request, long)
            BROKER | java.lang.Object scala.collection.mutable.HashMap.get(java.lang.Object)
            NETWORK_LIBRARIES | int io.netty.buffer.AbstractByteBuf.readInt()
            NETWORK_LIBRARIES | void io.grpc.internal.MessageDeframer.deliver()
            NETWORK_LIBRARIES | int com.google.protobuf.CodedOutputStream.computeTagSize(int)
            JAVA_LIBRARY | int java.util.HashMap.hash(java.lang.Object)
            JAVA_LIBRARY | int sun.nio.ch.IOUtil.write(java.io.FileDescriptor, long)
            JAVA_LIBRARY | int jdk.internal.misc.Unsafe.getInt(long)
            OTHER_LIBRARIES | void com.yammer.metrics.core.Meter.mark(long)
            OTHER_LIBRARIES | int net.jpountz.lz4.LZ4JavaSafeCompressor.compress(byte[], int)
            CHECKSUMS | void java.util.zip.CRC32C.update(java.nio.ByteBuffer)
            CHECKSUMS | StubRoutines (1)
            CHECKSUMS | StubRoutines (initial stubs)
            COPYING | StubRoutines (2)
            COPYING | StubRoutines (final stubs)
            INTERPRETED | Interpreter
            NATIVE | I2C/C2I adapters(0xbabababa)
            NATIVE | throw_range_check_failed Runtime1 stub
            UNKNOWN | [unknown]
            """)
    void ofJavaCountsWhichMethodRan(Place place, String symbol) {
        assertThat(of("data-plane-1", symbol, JAVA)).isEqualTo(place);
    }

    @Test
    void ofNativeLibrariesOnlyCopiesAreTold() {
        assertThat(of("t", "__memmove_avx512_unaligned_erms", LIBC)).isEqualTo(Place.COPYING);
        assertThat(of("t", "malloc", LIBC)).isEqualTo(Place.NATIVE);
        assertThat(of("t", "[unknown]", "/usr/lib/jvm/libjvm.so")).isEqualTo(Place.NATIVE);
        assertThat(of("t", "[unknown]", "[unknown]")).isEqualTo(Place.UNKNOWN);
        assertThat(of("t", "__vdso_clock_gettime", "[vdso]")).isEqualTo(Place.NATIVE);
        assertThat(Places.of(new Sample("t", List.of()))).isEqualTo(Place.UNKNOWN);
    }

    @Test
    void collectorsAreToldByTheirThreadsUnlessTheKernelRuns() {
        assertThat(of("GC Thread#0", "memcpy", LIBC)).isEqualTo(Place.COLLECTING);
        assertThat(of("G1 Conc#0", "G1CMTask::do_marking_step", "/usr/lib/jvm/libjvm.so"))
                .isEqualTo(Place.COLLECTING);
        assertThat(of("GC-watcher", "malloc", LIBC)).isEqualTo(Place.NATIVE);
        Frame futex = new Frame(true, "futex_wake", "[kernel.kallsyms]");
        assertThat(Places.of(new Sample("GC Thread#0", List.of(futex)))).isEqualTo(Place.WAITING);
    }

    @Test
    void compilersAreTheJavaVirtualMachinesOwn() {
        assertThat(Places.isCompiler(new Sample("C2 CompilerThre", List.of()))).isTrue();
        assertThat(Places.isCompiler(new Sample("C1 CompilerThre", List.of()))).isTrue();
        assertThat(Places.isCompiler(new Sample("partition-loop-", List.of()))).isFalse();
    }
}
