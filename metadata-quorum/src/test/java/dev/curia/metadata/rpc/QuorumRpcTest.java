package dev.curia.metadata.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.curia.common.id.PartitionId;
import dev.curia.common.net.HostPort;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.client.QuorumException;
import dev.curia.metadata.client.ReplicaReport;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.QuorumStatus;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterConfigsResponse;
import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.admin.v1.ConfigChange;
import dev.curia.proto.admin.v1.ConfigChange.Operation;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.DescribeClusterResponse;
import dev.curia.proto.admin.v1.DescribeTopicsRequest;
import dev.curia.proto.admin.v1.ListTopicsRequest;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.proto.metadata.v1.BrokerEvents;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Services and clients together over real gRPC on loopback. */
final class QuorumRpcTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final TestQuorum quorum = new TestQuorum();

    @AfterEach
    void close() {
        quorum.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private static CreateTopicsResponse create(TestQuorum.Client client, String name) throws Exception {
        return get(client.requests.createTopics(Fixtures.createTopic(name, 2, 1)));
    }

    @Test
    void aBrokerRegistersIsUnfencedAndSeesTopics() throws Exception {
        TestQuorum.Node node = quorum.node();
        node.log().lead();
        TestQuorum.Client broker = quorum.client(List.of(node.address()));
        TestQuorum.Broker one = quorum.broker(broker, 1, 1);
        Await.until("the broker is unfenced", SOON, () -> !one.session.isFenced());

        CreateTopicsResponse created = create(broker, "a");
        assertThat(created.getTopics(0).getStatus().getCode()).isEqualTo(ErrorCode.NONE);
        get(broker.watcher.awaitIndex(created.getIndex()));
        assertThat(broker.watcher.image()).isEqualTo(node.log().image());
        assertThat(get(broker.requests.listTopics(ListTopicsRequest.getDefaultInstance()))
                        .getTopicsList())
                .extracting(topic -> topic.getName())
                .containsExactly("a");
        DescribeClusterResponse cluster = get(broker.requests.describeCluster());
        assertThat(cluster.getBrokers(0).getLeaders()).isEqualTo(2);
        assertThat(cluster.getBrokers(0).getFeaturesList()).isNotEmpty().isEqualTo(cluster.getSupportedFeaturesList());
        assertThat(one.events).startsWith("registered", "unfenced");
    }

    @Test
    void offlineReplicasAreReportedOnceAControllerAndAgainToTheNext() throws Exception {
        TestQuorum.Node first = quorum.node();
        first.log().lead();
        TestQuorum.Client client = quorum.client(List.of(first.address()));
        TestQuorum.Broker one = quorum.broker(client, 1, 1);
        Await.until("the broker is unfenced", SOON, () -> !one.session.isFenced());
        create(client, "a");
        PartitionId failed =
                new PartitionId(first.log().image().topic("a").orElseThrow().id(), 1);

        one.offline = new ReplicaReport(7, Map.of(failed, 6L), Set.of());
        one.session.changed();
        Await.until("it is acted on", SOON, () -> one.events.contains("reported 7"));
        assertThat(Fixtures.partition(first.log().image(), "a", 1).hasLeader()).isFalse();
        assertThat(Fixtures.partition(first.log().image(), "a", 0).leader()).isEqualTo(1);

        first.log().follow();
        first.log().lead();
        one.offline = new ReplicaReport(8, Map.of(), Set.of());
        Await.until(
                "it leads again",
                SOON,
                () -> Fixtures.partition(first.log().image(), "a", 1).hasLeader());
        Await.until("and knows", SOON, () -> one.events.contains("reported 8"));
        assertThat(one.events.stream().filter(e -> e.startsWith("reported")))
                .containsExactly("reported 7", "reported 8");
    }

    @Test
    void whatABrokerTellsIsInTheLogOnceAndAgainOnlyForTheNextController() throws Exception {
        TestQuorum.Node node = quorum.node();
        node.log().lead();
        TestQuorum.Broker one = quorum.broker(quorum.client(List.of(node.address())), 1, 1);
        Event told =
                Event.newBuilder().setKind(EventKind.LOG_TRUNCATED).setText("x").build();
        one.untold = BrokerEvents.newBuilder()
                .setFirstSequence(5)
                .addEvents(told)
                .addEvents(told)
                .build();
        Await.until("it is kept", SOON, () -> one.keptBefore == 7);
        one.session.changed(); // and says the same again
        one.untold = BrokerEvents.newBuilder()
                .setFirstSequence(6)
                .addEvents(told)
                .addEvents(told)
                .build();
        Await.until("the new one is kept", SOON, () -> one.keptBefore == 8);
        List<Integer> kept = node.log().proposed().stream()
                .flatMap(batch -> batch.getRecordsList().stream())
                .filter(MetadataRecord::hasBrokerEvents)
                .map(record -> record.getBrokerEvents().getEventsCount())
                .toList();
        assertThat(kept).containsExactly(2, 1);
    }

    @Test
    void aBrokenStreamFencesAfterTheReconnectWindowAndTheBrokerComesBackUnderItsEpoch() throws Exception {
        TestQuorum.Node node = quorum.node();
        node.log().lead();
        TestQuorum.Client client = quorum.client(List.of(node.address()));
        TestQuorum.Broker one = quorum.broker(client, 1, 1);
        Await.until("the broker is unfenced", SOON, () -> !one.session.isFenced());
        long epoch = one.session.brokerEpoch();

        one.session.close();
        Await.until("the broker is fenced", SOON, () -> !node.log().image().isAlive(1));

        TestQuorum.Broker again = quorum.broker(client, 1, 1);
        Await.until("the broker is back", SOON, () -> node.log().image().isAlive(1));
        assertThat(again.session.brokerEpoch()).isEqualTo(epoch);
    }

    @Test
    void anotherIncarnationOfALiveBrokerIsRefusedAndAnotherClusterRejected() {
        TestQuorum.Node node = quorum.node();
        node.log().lead();
        TestQuorum.Client client = quorum.client(List.of(node.address()));
        TestQuorum.Broker one = quorum.broker(client, 1, 1);
        Await.until("the broker is unfenced", SOON, () -> !one.session.isFenced());
        TestQuorum.Broker foreign = quorum.broker(client, 2, 2, "elsewhere");
        Await.until("it is rejected", SOON, () -> foreign.events.contains("rejected INCONSISTENT_CLUSTER_ID"));
        TestQuorum.Broker twin = quorum.broker(client, 1, 99);
        Await.until("the first keeps its session", SOON, () -> !one.session.isFenced());
        assertThat(twin.session.brokerEpoch()).isEqualTo(-1);
    }

    @Test
    void anOrderlyStopHandsLeadershipsOver() throws Exception {
        TestQuorum.Node node = quorum.node();
        node.log().lead();
        TestQuorum.Client client = quorum.client(List.of(node.address()));
        TestQuorum.Broker one = quorum.broker(client, 1, 1);
        TestQuorum.Broker two = quorum.broker(client, 2, 2);
        Await.until("both are unfenced", SOON, () -> !one.session.isFenced() && !two.session.isFenced());
        get(client.requests.createTopics(Fixtures.createTopic("a", 4, 2)));

        get(one.session.requestShutdown());
        MetadataImage image = node.log().image();
        for (int p = 0; p < 4; p++) {
            assertThat(Fixtures.partition(image, "a", p).leader()).isEqualTo(2);
        }
        assertThat(image.isAlive(1)).isFalse();
    }

    @Test
    void requestsFollowTheHintToTheController() throws Exception {
        TestQuorum.Node follower = quorum.node();
        TestQuorum.Node leader = quorum.node();
        leader.log().lead();
        follower.log().leader(new QuorumStatus.Node(2, "", leader.address().toString()));
        TestQuorum.Client client = quorum.client(List.of(follower.address()));
        TestQuorum.Broker one = quorum.broker(quorum.client(List.of(leader.address())), 1, 1);
        Await.until("the broker is unfenced", SOON, () -> !one.session.isFenced());
        assertThat(create(client, "a").getTopics(0).getStatus().getCode()).isEqualTo(ErrorCode.NONE);
        assertThat(leader.log().image().topic("a")).isPresent();
    }

    @Test
    void aRequestWithoutAControllerFailsInTime() {
        TestQuorum.Node follower = quorum.node();
        TestQuorum.Client client = quorum.client(List.of(follower.address()), Duration.ofSeconds(3));
        assertThatThrownBy(() -> create(client, "a"))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        QuorumException.class, e -> assertThat(e.kind()).isEqualTo(QuorumException.Kind.UNAVAILABLE))
                .hasMessageContaining("not the active controller");
    }

    @Test
    void aMalformedRequestIsRefusedAndTheServerGoesOn() throws Exception {
        TestQuorum.Node node = quorum.node();
        node.log().lead();
        TestQuorum.Client client = quorum.client(List.of(node.address()));
        DescribeTopicsRequest bad = DescribeTopicsRequest.newBuilder()
                .addTopics(TopicRef.newBuilder().setTopicId(ByteString.copyFromUtf8("short")))
                .build();
        assertThatThrownBy(() -> get(client.requests.describeTopics(bad)))
                .cause()
                .isInstanceOfSatisfying(
                        QuorumException.class, e -> assertThat(e.kind()).isEqualTo(QuorumException.Kind.REJECTED))
                .hasMessageContaining("topic_id has 5 bytes, expected 16");
        assertThat(get(client.requests.describeQuorum()).getAnsweringNodeId()).isEqualTo(1);
    }

    @Test
    void alteredConfigsReachEveryWatcherAndMalformedAlterationsNobody() throws Exception {
        TestQuorum.Node node = quorum.node();
        node.log().lead();
        TestQuorum.Client client = quorum.client(List.of(node.address()));
        TestQuorum.Broker one = quorum.broker(client, 1, 1);
        Await.until("the broker is unfenced", SOON, () -> !one.session.isFenced());
        create(client, "a");

        AlterConfigsResponse altered = get(client.requests.alterConfigs(alter("a", Operation.SET, "1000")));
        assertThat(altered.getResults(0).getStatus().getCode()).isEqualTo(ErrorCode.NONE);
        get(client.watcher.awaitIndex(altered.getIndex()));
        assertThat(client.watcher.image().config(ConfigResource.topic("a"))).containsEntry("retention.ms", "1000");
        assertThat(get(client.requests.describeTopics(DescribeTopicsRequest.newBuilder()
                                .addTopics(TopicRef.newBuilder().setName("a"))
                                .build()))
                        .getTopics(0)
                        .getConfigsMap())
                .isEqualTo(Map.of("retention.ms", "1000"));

        AlterConfigsRequest nobodys = AlterConfigsRequest.newBuilder()
                .addAlterations(ConfigAlteration.getDefaultInstance())
                .build();
        assertThatThrownBy(() -> get(client.requests.alterConfigs(nobodys)))
                .hasMessageContaining("names neither topic nor broker");
        AlterConfigsRequest odd = AlterConfigsRequest.newBuilder()
                .addAlterations(ConfigAlteration.newBuilder()
                        .setTopic("a")
                        .addChanges(ConfigChange.newBuilder().setOperationValue(9)))
                .build();
        assertThatThrownBy(() -> get(client.requests.alterConfigs(odd))).hasMessageContaining("operation 9");

        altered = get(client.requests.alterConfigs(alter("a", Operation.DELETE, "")));
        get(client.watcher.awaitIndex(altered.getIndex()));
        assertThat(client.watcher.image().config(ConfigResource.topic("a"))).isEmpty();
    }

    private static AlterConfigsRequest alter(String topic, Operation operation, String value) {
        return AlterConfigsRequest.newBuilder()
                .addAlterations(ConfigAlteration.newBuilder()
                        .setTopic(topic)
                        .addChanges(ConfigChange.newBuilder()
                                .setOperation(operation)
                                .setKey("retention.ms")
                                .setValue(value)))
                .build();
    }

    @Test
    void aWatcherResumesAtAnotherNodeAndFallsBackToTheImage() throws Exception {
        TestQuorum.Node first = quorum.node();
        TestQuorum.Node second = quorum.node();
        for (TestQuorum.Node node : List.of(first, second)) {
            node.log().commit(Fixtures.cluster(1).toRecords());
            node.log().commit(List.of(Fixtures.broker(2, "", true)));
        }
        TestQuorum.Client client = quorum.client(List.of(first.address(), second.address()));
        get(client.watcher.awaitIndex(second.log().image().index()));

        first.server().close();
        second.log().commit(List.of(Fixtures.broker(3, "", true)));
        get(client.watcher.awaitIndex(second.log().image().index()));
        assertThat(client.watcher.image()).isEqualTo(second.log().image());

        MetadataImage ahead = second.log().image();
        for (int id = 4; id < 50; id++) {
            ahead = ahead.apply(ahead.index() + 1, List.of(Fixtures.broker(id, "", true)))
                    .image();
        }
        second.log().install(ahead);
        get(client.watcher.awaitIndex(ahead.index()));
        assertThat(client.watcher.image()).isEqualTo(ahead);
        assertThat(client.seenBrokers).contains(1, 2, 3, 49);
        assertThat(client.indexes).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aWatcherFollowsTheNodeThatItIsToldToPreferAndStaysWhereItIsWhenThatDoesNotAnswer() throws Exception {
        TestQuorum.Node first = quorum.node();
        TestQuorum.Node second = quorum.node();
        List<TestQuorum.Node> both = List.of(first, second);
        for (TestQuorum.Node node : both) node.log().commit(Fixtures.cluster(1).toRecords());
        TestQuorum.Client client = quorum.client(List.of(first.address(), second.address()));
        get(client.watcher.awaitIndex(second.log().image().index()));

        int id = 2;
        for (TestQuorum.Node preferred : List.of(first, second, first, second)) {
            client.watcher.prefer(preferred.address());
            MetadataRecord change = Fixtures.broker(id++, "", true);
            preferred.log().commit(List.of(change));
            get(client.watcher.awaitIndex(preferred.log().image().index()));
            for (TestQuorum.Node other : both)
                if (!other.equals(preferred)) other.log().commit(List.of(change));
        }
        HostPort dead = first.address();
        first.server().close();
        client.watcher.prefer(dead);
        second.log().commit(List.of(Fixtures.broker(id, "", true)));
        get(client.watcher.awaitIndex(second.log().image().index()));

        assertThat(client.watcher.image()).isEqualTo(second.log().image());
        assertThat(client.indexes).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aPortInUseIsNamed() {
        TestQuorum.Node node = quorum.node();
        HostPort taken = node.address();
        assertThatThrownBy(() -> quorum.server(taken, node.log()).start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(taken.toString());
    }
}
