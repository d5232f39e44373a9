package dev.curia.admin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PerfCommandsTest {
    private static final Pattern P50 = Pattern.compile("\"p50\": ([0-9.E-]+)");

    private final FakeCluster cluster = new FakeCluster();

    @BeforeEach
    void topic() {
        cluster.addTopic("load", 2);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Run perf(String line) {
        return Run.curia(("perf " + line + " --server " + cluster.controllerAddress()).split(" "));
    }

    @Test
    void everyRecordIsWrittenAndCounted() {
        Run run = perf("produce load -n 500 -s 20 --in-flight 50");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .startsWith("Total: 500 records, ")
                .contains("latency p50", "p99.9", "(closed, 50 in flight)");
        assertThat(cluster.log("load", 0)).hasSize(250);
        assertThat(cluster.log("load", 1)).hasSize(250);
        Run read = perf("consume load -n 500 --json");
        assertThat(read.out()).contains("\"records\": 500", "\"bytes\": 10000");
        assertThat(perf("consume load -n 900 --idle 1s").out()).startsWith("Total: 500 records");
    }

    @Test
    void aStallIsFeltByAllThatItDelays() {
        cluster.addTopic("one", 1);
        cluster.nextProduceAnswers.add(
                Status.newBuilder().setCode(ErrorCode.LEADER_NOT_AVAILABLE).build());
        Run run =
                perf("produce one -n 50 --rate 1000 --json"); // 50 ms of load; the first batch goes again after 100 ms
        assertThat(run.exitCode()).as(run.err()).isZero();
        Matcher p50 = P50.matcher(run.out());
        assertThat(p50.find()).as(run.out()).isTrue();
        assertThat(Double.parseDouble(p50.group(1))).isGreaterThan(50);
        assertThat(run.out()).contains("open, 1000 records/s wanted");
    }

    @Test
    void wrongUsageSaysWhatIsExpected() {
        assertThat(perf("produce load -n 0").err()).contains("'--records': expected 1 or more");
        assertThat(perf("produce load -s 4").err()).contains("'--record-size': expected 8 to");
        assertThat(perf("produce load --rate -1").err()).contains("'--rate': expected 0 or more");
        assertThat(perf("produce nope").err()).contains("there is no such topic");
        assertThat(perf("consume load --idle soon").err()).contains("expected a duration");
    }
}
