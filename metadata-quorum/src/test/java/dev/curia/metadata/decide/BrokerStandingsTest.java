package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.Standing;
import dev.curia.proto.admin.v1.ChangeStandingRequest;
import dev.curia.proto.admin.v1.ChangeStandingRequest.Action;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class BrokerStandingsTest {
    private MetadataImage image = Fixtures.cluster(4);

    @Test
    void eachActionHasItsStandingAndIsRefusedWhereItMakesNoSense() {
        assertThat(change(2, Action.MAINTENANCE_ON)).isEqualTo(ErrorCode.NONE);
        assertThat(standing(2)).isEqualTo(Standing.MAINTENANCE);
        assertThat(change(2, Action.MAINTENANCE_ON)).as("again").isEqualTo(ErrorCode.NONE);
        assertThat(change(2, Action.UNDRAIN)).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(change(2, Action.DRAIN)).isEqualTo(ErrorCode.NONE);
        assertThat(standing(2)).isEqualTo(Standing.DRAINING);
        assertThat(change(2, Action.MAINTENANCE_ON)).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(change(2, Action.MAINTENANCE_OFF)).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(change(2, Action.DECOMMISSION)).isEqualTo(ErrorCode.NONE);
        assertThat(standing(2)).isEqualTo(Standing.DECOMMISSIONING);
        assertThat(change(2, Action.UNDRAIN)).isEqualTo(ErrorCode.NONE);
        assertThat(standing(2)).isEqualTo(Standing.IN_SERVICE);
        assertThat(change(9, Action.DRAIN)).isEqualTo(ErrorCode.BROKER_ID_NOT_REGISTERED);
        assertThat(change(2, Action.UNSPECIFIED)).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void itIsKeptWhenTheBrokerStartsAgain() {
        change(2, Action.DRAIN);
        image = Fixtures.after(
                image, Fixtures.BROKERS.register(image, Fixtures.register(2, 99), false, Fixtures.ALL_ONLINE));
        assertThat(image.broker(2).orElseThrow().epoch()).isGreaterThan(102);
        assertThat(standing(2)).isEqualTo(Standing.DRAINING);
        assertThat(MetadataImage.EMPTY.apply(image.index(), image.toRecords()).image())
                .as("from a snapshot")
                .isEqualTo(image);
    }

    @Test
    void newPartitionsAvoidBrokersThatAreNotInServiceWhereOthersAreEnough() {
        change(2, Action.MAINTENANCE_ON);
        change(3, Action.DRAIN);
        assertThat(holders("two", 2)).containsOnly(1, 4);
        assertThat(holders("three", 3)).contains(2, 3);
    }

    private Set<Integer> holders(String topic, int factor) {
        image = Fixtures.after(
                image,
                new TopicDecisions(Fixtures.DEFAULTS)
                        .create(image, Fixtures.createTopic(topic, 6, factor), new SplittableRandom(3)));
        Set<Integer> holders = new TreeSet<>();
        image.topic(topic).orElseThrow().partitions().forEach(state -> holders.addAll(state.replicas()));
        return holders;
    }

    private Standing standing(int id) {
        return image.broker(id).orElseThrow().standing();
    }

    private ErrorCode change(int id, Action action) {
        var decision = BrokerStandings.change(
                image,
                ChangeStandingRequest.newBuilder()
                        .setBrokerId(id)
                        .setAction(action)
                        .build());
        image = Fixtures.after(image, decision);
        return decision.reply().apply(image.index()).getStatus().getCode();
    }
}
