package dev.curia.broker.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.http.Reply;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.proto.group.v1.DescribeGroupResponse;
import dev.curia.proto.group.v1.GroupMember;
import dev.curia.proto.group.v1.GroupOffset;
import dev.curia.proto.group.v1.GroupPartition;
import dev.curia.proto.group.v1.LagPoint;
import dev.curia.proto.group.v1.ListedGroup;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleTest {
    private final FakeCluster cluster = new FakeCluster();
    private final Asking console = new Asking(cluster, true);

    @Test
    void leadsToThePagesAndServesThemFromTheJar() {
        Reply root = console.get("/");
        assertThat(root.status()).isEqualTo(302);
        assertThat(root.headers()).containsEntry("Location", "/console/");

        Reply page = console.get("/console/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.headers()).containsEntry("Content-Type", "text/html; charset=utf-8");
        String html = Asking.body(page);
        String script = html.replaceAll("(?s).*src=\"\\./(assets/[^\"]*\\.js)\".*", "$1");
        Reply asset = console.get("/console/" + script);
        assertThat(asset.status()).isEqualTo(200);
        assertThat(asset.headers().get("Cache-Control")).contains("immutable");
    }

    @Test
    void thePageHasNoScriptOrStyleInItAndNamesNoOtherHost() {
        String html = console.text("/console/");

        assertThat(html).doesNotContain("<style").doesNotContain("style=").doesNotContain("://");
        assertThat(html.replaceAll("<script[^>]*src=[^>]*></script>", "")).doesNotContain("<script");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/../Console.class",
                "/console/%2e%2e/x.js",
                "/console/assets/../../x.js",
                "/console/nothing.js",
                "/api/v1/nothing",
                "/api/v1/topics/a/b/c",
                "/favicon.ico"
            })
    void doesNotKnowWhatIsNotThere(String path) {
        assertThat(console.get(path).status()).isEqualTo(404);
    }

    @Test
    void everyAnswerForbidsWhatItDoesNotNeed() {
        for (String path : List.of("/", "/console/", "/api/v1/cluster", "/api/v1/nothing")) {
            assertThat(console.get(path).headers())
                    .containsEntry("X-Content-Type-Options", "nosniff")
                    .containsEntry("Cross-Origin-Resource-Policy", "same-origin")
                    .doesNotContainKey("Access-Control-Allow-Origin");
            assertThat(console.get(path).headers().get("Content-Security-Policy"))
                    .contains("default-src 'none'")
                    .contains("frame-ancestors 'none'")
                    .doesNotContain("unsafe");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:9096",
                "127.0.0.1:9096",
                "[::1]:9096",
                "[2001:db8::1]",
                "Broker-1.Example:80"
            })
    void answersUnderItsOwnNames(String host) {
        assertThat(console.with("Host", host).get("/api/v1/cluster").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "localhost.evil.example:9096",
                "127.0.0.1.evil.example",
                "",
                "[::1",
                "face.de:",
                "x:y:z"
            })
    void refusesOtherNames(String host) {
        assertThat(console.with("Host", host).get("/api/v1/cluster").status()).isEqualTo(403);
        assertThat(console.get("/console/").status()).isEqualTo(403);
    }

    @Test
    void refusesPagesOfOtherSites() {
        assertThat(console.with("Sec-Fetch-Site", "cross-site")
                        .get("/api/v1/cluster")
                        .status())
                .isEqualTo(403);
        assertThat(console.with("Sec-Fetch-Site", "same-site")
                        .get("/api/v1/cluster")
                        .status())
                .isEqualTo(403);
        assertThat(console.with("Sec-Fetch-Site", "same-origin")
                        .get("/api/v1/cluster")
                        .status())
                .isEqualTo(200);
        assertThat(console.with("Origin", "http://evil.example")
                        .get("/api/v1/cluster")
                        .status())
                .isEqualTo(403);
        assertThat(console.with("Origin", "http://localhost:9096")
                        .get("/api/v1/cluster")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aLinkOnAnotherPageMayLeadHere() {
        console.with("Sec-Fetch-Site", "cross-site").with("Sec-Fetch-Mode", "navigate");

        assertThat(console.get("/console/").status()).isEqualTo(200);
    }

    @Test
    void aRequestWithoutAHostIsRefused() {
        assertThat(console.without("Host").get("/api/v1/cluster").status()).isEqualTo(403);
    }

    @Test
    void tooManyRequestsAreToldSo() {
        List<Integer> statuses = IntStream.range(0, 400)
                .mapToObj(i -> console.get("/api/v1/console").status())
                .toList();

        assertThat(statuses).contains(200, 429);
    }

    @Test
    void namesTheParameterThatIsWrong() {
        assertThat(console.text("/api/v1/events?limit=0"))
                .contains("'0' for limit: expected a whole number from 1 to 1000");
        assertThat(console.text("/api/v1/events?limti=5"))
                .contains("unknown parameter 'limti'")
                .contains("limit");
        assertThat(console.text("/api/v1/events?kind=NONSENSE")).contains("'NONSENSE' for kind");
        assertThat(console.get("/api/v1/events?topic=%zz").status()).isEqualTo(400);
        assertThat(console.get("/api/v1/events?topic=" + "x".repeat(5000)).status())
                .isEqualTo(400);
    }

    @Test
    void asksForTheEventsThatAreWanted() {
        console.get("/api/v1/events?topic=a%20b&kind=isr_shrunk&broker=3&limit=7");

        assertThat(cluster.askedForEvents.getTopic()).isEqualTo("a b");
        assertThat(cluster.askedForEvents.getKindsList()).containsExactly(EventKind.ISR_SHRUNK);
        assertThat(cluster.askedForEvents.getBrokersList()).containsExactly(3);
        assertThat(cluster.askedForEvents.getLimit()).isEqualTo(7);
    }

    @Test
    void saysWhichBrokersDidNotAnswer() {
        cluster.silent.add(2);

        assertThat(console.get("/api/v1/log-dirs").status()).isEqualTo(200);
        assertThat(console.text("/api/v1/log-dirs"))
                .contains("\"missing\":[{")
                .contains("broker 2: it cannot be reached");
        assertThat(console.get("/api/v1/topics/t/configs").status()).isEqualTo(200); // another one answers
    }

    @Test
    void whatCannotBeHadIsUnavailable() {
        assertThat(console.get("/api/v1/quorum").status()).isEqualTo(503);
        assertThat(console.text("/api/v1/quorum")).isEqualTo("{\"error\":\"no quorum\"}\n");
        assertThat(console.get("/api/v1/topics/unknown").status()).isEqualTo(404);
        assertThat(console.get("/api/v1/groups/unknown").status()).isEqualTo(404);
    }

    @Test
    void asksTheCoordinatorHowFarAGroupIsBehind() {
        cluster.topic("t", List.of(Records.some(0, 30), Records.some(0, 10)));
        cluster.groups.put(
                "a/b",
                DescribeGroupResponse.newBuilder()
                        .setGroup(ListedGroup.newBuilder().setGroup("a/b").setState("Stable"))
                        .addMembers(GroupMember.newBuilder()
                                .setMemberId("m-1")
                                .addAssigned(GroupPartition.newBuilder().setTopic("t")))
                        .addOffsets(GroupOffset.newBuilder().setTopic("t").setOffset(25))
                        .addOffsets(GroupOffset.newBuilder()
                                .setTopic("t")
                                .setPartition(1)
                                .setOffset(10))
                        .addOffsets(GroupOffset.newBuilder().setTopic("gone").setOffset(4))
                        .build());

        String group = console.text("/api/v1/groups/a%2Fb");

        assertThat(group)
                .contains("\"lag\":5,\"refusedTopics\":[],\"atMs\":")
                .contains("\"coordinator\":2")
                .contains("\"memberId\":\"m-1\"");
        assertThat(group).contains("\"topic\":\"gone\"").contains("\"lag\":null");
        assertThat(console.text("/api/v1/groups")).contains("\"group\":\"a/b\"");
    }

    private static LagPoint point(long atMs, long records) {
        return LagPoint.newBuilder()
                .setAtMs(atMs)
                .setRecords(records)
                .setSeconds(0.5)
                .build();
    }

    @Test
    void putsTogetherWhatEachCoordinatorKeptOfAGroupsLag() {
        cluster.lagPoints.put(1, List.of(point(1_000, 7), point(4_000, 9)));
        cluster.lagPoints.put(2, List.of(LagPoint.newBuilder().setAtMs(2_000).build(), point(3_000, 8)));

        assertThat(console.text("/api/v1/groups/a%2Fb/lag?topic=t"))
                .isEqualTo("{\"points\":[{\"atMs\":1000,\"records\":7,\"seconds\":0.5},"
                        + "{\"atMs\":2000,\"records\":null,\"seconds\":null},"
                        + "{\"atMs\":3000,\"records\":8,\"seconds\":0.5},"
                        + "{\"atMs\":4000,\"records\":9,\"seconds\":0.5}],\"missing\":[]}\n");
        assertThat(cluster.askedForLag.getGroup()).isEqualTo("a/b");
        assertThat(cluster.askedForLag.getTopic()).isEqualTo("t");

        cluster.silent.add(1);
        assertThat(console.text("/api/v1/groups/g/lag")).contains("broker 1: it cannot be reached");
        cluster.lagRefusal = ErrorCode.GROUP_AUTHORIZATION_FAILED;
        assertThat(console.get("/api/v1/groups/g/lag").status()).isEqualTo(403);
    }

    @Test
    void recordsAreNotShownUnlessThatIsEnabled() {
        cluster.topic("t", List.of(Records.some(0, 3)));
        Asking closed = new Asking(cluster, false);

        assertThat(closed.get("/api/v1/topics/t/records").status()).isEqualTo(403);
        assertThat(closed.text("/api/v1/topics/t/records")).contains("console.messages.enable");
        assertThat(closed.get("/api/v1/topics/t/tail").status()).isEqualTo(403);
        assertThat(console.get("/api/v1/topics/t/records").status()).isEqualTo(200);
    }
}
