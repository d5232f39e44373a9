package dev.curia.metadata.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.Fixtures;
import dev.curia.metadata.decide.BrokerEvents;
import dev.curia.metadata.decide.Cause;
import dev.curia.metadata.decide.Decision;
import dev.curia.metadata.decide.Reassignments;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Topic;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.Reassignment;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.proto.metadata.v1.AlterPartitionRequest;
import dev.curia.proto.metadata.v1.IsrMember;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.PartitionProposal;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BatchEventsTest {
    private static final long NOW = 1_700_000_000_000L;

    private static List<Event> events(MetadataImage before, Decision<?> decision) {
        return BatchEvents.of(before, before.index() + 1, NOW, decision.records());
    }

    private static MetadataImage cluster() {
        return Fixtures.withTopic(Fixtures.cluster(4), "orders", List.of(List.of(1, 2, 3), List.of(2, 3, 1)));
    }

    private static List<String> lines(List<Event> events) {
        return events.stream()
                .map(e -> e.getKind() + " " + e.getTopic() + " " + e.getPartition() + " " + e.getBrokersList() + " "
                        + e.getCause())
                .toList();
    }

    @Test
    void fencingIsToldWithItsCauseAndWhatItDoesToPartitions() {
        MetadataImage image = cluster();
        Cause cause = new Cause(CauseKind.SESSION_TIMEOUT, "session timeout");
        List<Event> events = events(image, Fixtures.BROKERS.fence(image, 1, 101, cause, Fixtures.ALL_ONLINE));
        assertThat(lines(events))
                .containsExactly(
                        "LEADER_ELECTED orders 0 [2] SESSION_TIMEOUT",
                        "ISR_SHRUNK orders 0 [1] SESSION_TIMEOUT",
                        "ISR_SHRUNK orders 1 [1] SESSION_TIMEOUT",
                        "BROKER_FENCED  -1 [1] SESSION_TIMEOUT");
        Event election = events.get(0);
        assertThat(election.getIsrList()).containsExactly(2, 3);
        assertThat(election.getLeaderEpoch()).isEqualTo(1);
        assertThat(election.getAtMs()).isEqualTo(NOW);
        assertThat(election.getText()).contains("broker 1 fenced: session timeout");
        assertThat(events.stream().map(Event::getSequence)).containsExactly(0, 1, 2, 3);
        assertThat(events).allMatch(e -> e.getIndex() == image.index() + 1 && e.getToldBy() == -1);
    }

    @Test
    void leaderSaysWhyAFollowerLeavesTheIsr() {
        MetadataImage image = cluster();
        Topic topic = image.topic("orders").orElseThrow();
        AlterPartitionRequest request = AlterPartitionRequest.newBuilder()
                .setBrokerId(1)
                .setBrokerEpoch(101)
                .addPartitions(PartitionProposal.newBuilder()
                        .setTopicId(ImageRecords.bytes(topic.id()))
                        .addIsr(IsrMember.newBuilder().setBrokerId(1).setBrokerEpoch(101))
                        .addIsr(IsrMember.newBuilder().setBrokerId(2).setBrokerEpoch(102))
                        .setCause("broker 3 is silent")
                        .setCauseKind(CauseKind.FOLLOWER_SILENT))
                .build();
        List<Event> events = events(image, Fixtures.PARTITIONS.alter(image, request, Fixtures.ALL_ONLINE));
        assertThat(lines(events)).containsExactly("ISR_SHRUNK orders 0 [3] FOLLOWER_SILENT");
        assertThat(events.get(0).getText()).isEqualTo("broker 3 is silent");
    }

    @Test
    void moveIsToldAtItsBeginningAndItsEnd() {
        MetadataImage image = cluster();
        Reassignments moves = new Reassignments(Fixtures.DEFAULTS);
        AlterReassignmentsRequest request = AlterReassignmentsRequest.newBuilder()
                .addPartitions(Reassignment.newBuilder().setTopic("orders").addAllReplicas(List.of(1, 2, 4)))
                .build();
        Decision<?> begin = moves.alter(image, request, Fixtures.ALL_ONLINE);
        assertThat(lines(events(image, begin))).containsExactly("MOVE_STARTED orders 0 [4, 3] REQUESTED");
        MetadataImage moving = Fixtures.after(image, begin);
        Topic topic = moving.topic("orders").orElseThrow();
        AlterPartitionRequest join = AlterPartitionRequest.newBuilder()
                .setBrokerId(1)
                .setBrokerEpoch(101)
                .addPartitions(PartitionProposal.newBuilder()
                        .setTopicId(ImageRecords.bytes(topic.id()))
                        .setPartitionEpoch(1)
                        .addAllIsr(List.of(member(1), member(2), member(3), member(4)))
                        .setCauseKind(CauseKind.CAUGHT_UP))
                .build();
        Decision<?> joined = Fixtures.PARTITIONS.alter(moving, join, Fixtures.ALL_ONLINE);
        assertThat(lines(events(moving, joined))).containsExactly("ISR_GREW orders 0 [4] CAUGHT_UP");
        MetadataImage all = Fixtures.after(moving, joined);
        assertThat(lines(events(all, moves.complete(all, Fixtures.ALL_ONLINE))))
                .containsExactly("ISR_SHRUNK orders 0 [3] MOVE", "MOVE_ENDED orders 0 [4, 3] MOVE");
    }

    @Test
    void topicsAreToldOnceAndNotEachOfTheirPartitions() {
        MetadataImage empty = Fixtures.cluster(3);
        List<MetadataRecord> records = Fixtures.topicRecords("orders", List.of(List.of(1), List.of(2), List.of(3)));
        assertThat(lines(BatchEvents.of(empty, 1, NOW, records)))
                .containsExactly("TOPIC_CREATED orders -1 [] REQUESTED");
        MetadataImage image = empty.apply(1, records.subList(0, 2)).image();
        assertThat(lines(BatchEvents.of(image, 2, NOW, records.subList(2, 4))))
                .containsExactly("PARTITIONS_ADDED orders -1 [] REQUESTED");
    }

    @Test
    void whatABrokerTellsIsCompletedAndKeepsItsTime() {
        MetadataImage image = cluster();
        Topic topic = image.topic("orders").orElseThrow();
        Event told = Event.newBuilder()
                .setAtMs(NOW - 5)
                .setKind(EventKind.LOG_TRUNCATED)
                .setCause(CauseKind.LOGS_DIVERGED)
                .setTopicId(ImageRecords.bytes(topic.id()))
                .setPartition(1)
                .setToldBy(77)
                .build();
        List<Event> events = events(image, BrokerEvents.keep(image, 3, 103, List.of(told)));
        assertThat(lines(events)).containsExactly("LOG_TRUNCATED orders 1 [] LOGS_DIVERGED");
        assertThat(events.get(0).getToldBy()).isEqualTo(3);
        assertThat(events.get(0).getAtMs()).isEqualTo(NOW - 5);
        assertThat(events.get(0).getLeader()).isEqualTo(2);
        assertThat(BrokerEvents.keep(image, 3, 99, List.of(told)).records()).isEmpty();
    }

    private static IsrMember member(int id) {
        return IsrMember.newBuilder().setBrokerId(id).setBrokerEpoch(100 + id).build();
    }
}
