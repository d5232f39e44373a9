package dev.curia.admin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeyPartitionerTest {
    /** What Kafka's own client computes. */
    @Test
    void hashIsKafkas() {
        assertThat(murmur2("21")).isEqualTo(-973932308);
        assertThat(murmur2("foobar")).isEqualTo(-790332482);
        assertThat(murmur2("a-little-bit-long-string")).isEqualTo(-985981536);
        assertThat(murmur2("a-little-bit-longer-string")).isEqualTo(-1486304829);
        assertThat(murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8")).isEqualTo(-58897971);
        assertThat(murmur2("abc")).isEqualTo(479470107);
    }

    private static int murmur2(String text) {
        return KeyPartitioner.murmur2(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void recordsWithoutKeyStayForAWhileAndMoveOn() {
        KeyPartitioner partitioner = new KeyPartitioner(3, 2);
        assertThat(partitioner.withoutKey(60_000)).isEqualTo(2);
        assertThat(partitioner.withoutKey(60_000)).isEqualTo(2);
        assertThat(partitioner.withoutKey(1)).isZero();
    }

    @Test
    void addressesAreReadAndMistakesNamed() {
        assertThat(ServerAddress.parseList("a, b:1,[::1]:2,[::1]"))
                .containsExactly(
                        new ServerAddress("a", 9094),
                        new ServerAddress("b", 1),
                        new ServerAddress("::1", 2),
                        new ServerAddress("::1", 9094));
        assertThatThrownBy(() -> ServerAddress.parse("a:b")).hasMessage("'b' is not a port");
        assertThatThrownBy(() -> ServerAddress.parse(":1")).hasMessage("the host is empty");
        assertThatThrownBy(() -> ServerAddress.parse("a:70000")).hasMessage("there is no port 70000");
        assertThatThrownBy(() -> ServerAddress.parseList(",")).hasMessage("no address given");
    }
}
