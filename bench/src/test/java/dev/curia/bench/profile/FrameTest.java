package dev.curia.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FrameTest {
    private static Frame java(String symbol) {
        return new Frame(false, symbol, "/tmp/perf-1.map");
    }

    @Test
    void methodsHaveAClass() {
        assertThat(java("int sun.nio.ch.IOUtil.write(java.io.FileDescriptor, long)")
                        .method())
                .contains("sun.nio.ch.IOUtil.write");
        assertThat(java("void java.lang.Object.<init>()").method()).contains("java.lang.Object.<init>");
        assertThat(java("java.lang.Object a.B$$Lambda$14/0x0000000800c3ac00.apply(java.lang.Object)")
                        .method())
                .contains("a.B$$Lambda$14.apply");
        assertThat(java("StubRoutines (2)").method()).isEmpty();
        assertThat(java("I2C/C2I adapters(0xbabababa)").method()).isEmpty();
        assertThat(java("throw_range_check_failed Runtime1 stub").method()).isEmpty();
    }

    @Test
    void isShortForPeople() {
        assertThat(java("int sun.nio.ch.IOUtil.write(long)")).hasToString("IOUtil.write");
        assertThat(java("StubRoutines (2)")).hasToString("StubRoutines (2)");
        assertThat(new Frame(true, "tcp_ack", "[kernel.kallsyms]")).hasToString("tcp_ack (kernel)");
        assertThat(new Frame(false, "malloc", "/usr/lib/libc.so.6")).hasToString("malloc (libc.so.6)");
        assertThat(new Frame(false, "[unknown]", "/usr/lib/libc.so.6")).hasToString("libc.so.6");
    }
}
