package dev.curia.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScriptTest {
    private static List<Sample> read(String text) throws IOException {
        List<Sample> samples = new ArrayList<>();
        Script.read(new BufferedReader(new StringReader(text)), samples::add);
        return samples;
    }

    @Test
    void functionsAreThoseOfTheThreadAboveThem() throws IOException {
        assertThat(read("""
                GC Thread#0  2193\s
                \tffffffff81b6dded copy_folio_from_iter_atomic ([kernel.kallsyms])
                \t           f838f __GI___libc_write (/usr/lib/libc.so.6)
                \t    7f0308f23d6d void a.B.write(byte[], int, int) (/tmp/perf-2191.map)

                  netty 7  12\s
                \t    7f0308f23d6d [unknown] (/tmp/libnative1.so (deleted))

                """))
                .containsExactly(
                        new Sample(
                                "GC Thread#0",
                                List.of(
                                        new Frame(true, "copy_folio_from_iter_atomic", "[kernel.kallsyms]"),
                                        new Frame(false, "__GI___libc_write", "/usr/lib/libc.so.6"),
                                        new Frame(false, "void a.B.write(byte[], int, int)", "/tmp/perf-2191.map"))),
                        new Sample("netty 7", List.of(new Frame(false, "[unknown]", "/tmp/libnative1.so"))));
    }

    @Test
    void samplesWithoutAChainCount() throws IOException {
        assertThat(read("a  1\n\nb  2\nc  3\n"))
                .containsExactly(new Sample("a", List.of()), new Sample("b", List.of()), new Sample("c", List.of()));
        assertThat(read("")).isEmpty();
    }
}
