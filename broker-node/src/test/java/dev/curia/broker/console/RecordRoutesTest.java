package dev.curia.broker.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.curia.proto.data.v1.Header;
import dev.curia.proto.data.v1.Record;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RecordRoutesTest {
    private final FakeCluster cluster = new FakeCluster();
    private final Asking console = new Asking(cluster, true);

    private String offsets(String query) {
        return Pattern.compile("\"partition\":(\\d+),\"offset\":(\\d+)")
                .matcher(console.text("/api/v1/topics/t/records" + query))
                .results()
                .map(found -> found.group(1) + ":" + found.group(2))
                .collect(Collectors.joining(" "));
    }

    @Test
    void theNewestOfAllPartitionsComeFirst() {
        cluster.topic("t", List.of(Records.some(100, 30), Records.some(115, 30)));

        assertThat(offsets("?limit=4")).isEqualTo("1:29 1:28 1:27 1:26");
        assertThat(offsets("?limit=18")).endsWith("1:15 1:14 0:29 1:13");
    }

    @Test
    void goesOnWhereItStopped() {
        cluster.topic("t", List.of(Records.some(0, 30)));

        assertThat(offsets("?partition=0&offset=12&limit=3")).isEqualTo("0:12 0:13 0:14");
        assertThat(console.text("/api/v1/topics/t/records?partition=0&offset=12&limit=3"))
                .contains("\"fromOffset\":12,\"nextOffset\":15");
        assertThat(offsets("?partition=0&offset=15&limit=3")).isEqualTo("0:15 0:16 0:17");
    }

    @Test
    void ofSeveralPartitionsNothingIsLeftOutBetweenTwoPages() {
        cluster.topic("t", List.of(Records.some(0, 30), Records.some(1000, 30)));

        assertThat(offsets("?offset=0&limit=5")).isEqualTo("0:0 0:1 0:2 0:3 0:4");
        assertThat(console.text("/api/v1/topics/t/records?offset=0&limit=5"))
                .contains("\"partition\":0,\"startOffset\":0,\"endOffset\":30,\"fromOffset\":0,\"nextOffset\":5")
                .contains("\"partition\":1,\"startOffset\":0,\"endOffset\":30,\"fromOffset\":0,\"nextOffset\":0");
    }

    @Test
    void beginsAtATime() {
        cluster.topic("t", List.of(Records.some(100, 30), Records.some(0, 30)));

        assertThat(offsets("?timestampMs=127")).isEqualTo("0:27 0:28 0:29");
        assertThat(offsets("?timestampMs=9999")).isEmpty();
    }

    @Test
    void findsAKeyInThePartitionThatHasIt() {
        cluster.topic("t", List.of(Records.some(0, 30), List.of()));

        assertThat(offsets("?key=k3&offset=0")).isEqualTo("0:3 0:8 0:13 0:18 0:23 0:28");
        assertThat(offsets("?key=k3&limit=2")).isEqualTo("0:28 0:23");
        assertThat(offsets("?key=odd&offset=0")).isEmpty();
    }

    @Test
    void findsATextInKeyOrValue() {
        cluster.topic("t", List.of(Records.some(0, 30)));

        assertThat(offsets("?contains=v29")).isEqualTo("0:29");
        assertThat(offsets("?contains=k0&offset=0&limit=2")).isEqualTo("0:0 0:5");
    }

    @Test
    void aPartitionMustBeNamedWhereThereAreMany() {
        cluster.topic("t", Collections.nCopies(33, Records.some(0, 1)));

        assertThat(console.text("/api/v1/topics/t/records"))
                .contains("33 partitions")
                .contains("name one");
        assertThat(offsets("?partition=32")).isEqualTo("32:0");
        assertThat(console.get("/api/v1/topics/t/records?partition=33").status())
                .isEqualTo(404);
    }

    @Test
    void aLeaderThatDoesNotAnswerIsToldOf() {
        cluster.topic("t", List.of(Records.some(0, 3)));
        cluster.silent.add(1);

        assertThat(console.text("/api/v1/topics/t/records"))
                .contains("\"records\":[]")
                .contains("\"problem\":\"no broker leads it");
    }

    @Test
    void bytesAreTextWhereTheyAreText() {
        cluster.topic(
                "t",
                List.of(List.of(
                        Record.newBuilder()
                                .setKey(ByteString.copyFromUtf8("schlüssel"))
                                .setValue(ByteString.copyFrom(new byte[] {0, 1, (byte) 0xff}))
                                .addHeaders(Header.newBuilder().setKey("h").setValue(ByteString.copyFromUtf8("x")))
                                .addHeaders(Header.newBuilder().setKey("none"))
                                .build(),
                        Record.newBuilder()
                                .setOffset(1)
                                .setKey(ByteString.EMPTY)
                                .build())));

        assertThat(console.text("/api/v1/topics/t/records?offset=0"))
                .contains("\"key\":{\"text\":\"schlüssel\",\"sizeBytes\":10,\"cut\":false}")
                .contains("\"value\":{\"base64\":\"AAH/\",\"sizeBytes\":3,\"cut\":false}")
                .contains("{\"key\":\"none\",\"value\":null}")
                .contains("\"key\":{\"text\":\"\",\"sizeBytes\":0,\"cut\":false},\"value\":null");
    }

    @Test
    void aTextThatIsCutInACharacterIsStillText() {
        cluster.topic(
                "t",
                List.of(List.of(Record.newBuilder()
                        .setValue(ByteString.copyFromUtf8("aüb"))
                        .build())));

        assertThat(console.text("/api/v1/topics/t/records?bytes=2"))
                .contains("\"value\":{\"text\":\"a\",\"sizeBytes\":4,\"cut\":true}");
    }
}
