package dev.curia.broker.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.bridge.PublishedMetadata;
import dev.curia.broker.kafka.api.ConfigAlterations.Alteration;
import dev.curia.broker.kafka.api.ConfigAlterations.Change;
import dev.curia.broker.kafka.api.ConfigAlterations.Outcome;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterConfigsResponse;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.AlterReassignmentsResponse;
import dev.curia.proto.admin.v1.AlteredConfigs;
import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.admin.v1.CreatePartitionsRequest;
import dev.curia.proto.admin.v1.CreatePartitionsResponse;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsResponse;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConfigAlterationsTest {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final byte SET = 0;
    private static final byte DELETE = 1;

    private final Controller controller = new Controller();
    private final ConfigAlterations alterations =
            new ConfigAlterations(controller, new BrokerLoggers(new PublishedMetadata(7), new MemoryLoggers()));

    private static Alteration alteration(byte type, String name, Change... changes) {
        return new Alteration(type, name, false, List.of(changes));
    }

    private static Change change(byte operation, @Nullable String value) {
        return new Change("retention.ms", operation, value);
    }

    private List<Outcome> alter(Alteration... asked) {
        return alterations.alter(List.of(asked), false).toCompletableFuture().join();
    }

    @Test
    void outcomesKeepTheOrderThoughOnlySomeAreAskedOfTheController() {
        controller.refused = "b";
        List<Outcome> outcomes = alter(
                alteration(TOPIC, "a", change(SET, "1")),
                alteration(BROKER, "7", change(SET, "1")),
                alteration(TOPIC, "b", change(DELETE, null)),
                alteration((byte) 64, "x", change(SET, "1")),
                alteration(TOPIC, "c", change(SET, "2")));
        assertThat(outcomes)
                .extracting(outcome -> outcome.of().resourceName())
                .containsExactly("a", "7", "b", "x", "c");
        assertThat(outcomes)
                .extracting(Outcome::error)
                .containsExactly(Errors.NONE, Errors.NONE, Errors.INVALID_CONFIG, Errors.INVALID_REQUEST, Errors.NONE);
        assertThat(outcomes.get(0).message()).isNull();
        assertThat(outcomes.get(2).message()).isEqualTo("no");
        assertThat(outcomes.get(3).message()).contains("resource type 64").contains("2 (topic)");
        assertThat(controller.asked.get(0).getAlterationsList())
                .extracting(ConfigAlteration::getTopic)
                .containsExactly("a", "", "b", "c");
        assertThat(controller.asked.get(0).getAlterations(1).getBroker()).isEqualTo("7");
    }

    @Test
    void whatTheControllerCannotBeAskedIsRefusedHere() {
        List<Outcome> outcomes = alter(
                alteration(TOPIC, "a", change(SET, null)),
                alteration(TOPIC, "a", change((byte) 4, "1")),
                alteration(TOPIC, "a", change((byte) -1, "1")),
                alteration(TOPIC, "", change(SET, "1")));
        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.error()).isEqualTo(Errors.INVALID_REQUEST));
        assertThat(outcomes.get(0).message()).isEqualTo("Null value not supported for : retention.ms");
        assertThat(outcomes.get(1).message()).contains("Unknown operation 4 on key retention.ms");
        assertThat(outcomes.get(3).message()).contains("name a topic");
        assertThat(controller.asked).isEmpty();
    }

    @Test
    void aSilentControllerLeavesTheOutcomeUnknown() {
        controller.silent = true;
        List<Outcome> outcomes = alter(alteration(TOPIC, "a", change(SET, "1")), alteration((byte) 64, "7"));
        assertThat(outcomes)
                .extracting(Outcome::error)
                .containsExactly(Errors.REQUEST_TIMED_OUT, Errors.INVALID_REQUEST);
    }

    @Test
    void replacingAndValidatingArePassedOn() {
        Alteration replacing = new Alteration(TOPIC, "a", true, List.of(change(SET, "1")));
        alterations.alter(List.of(replacing), true).toCompletableFuture().join();
        assertThat(controller.asked.get(0).getValidateOnly()).isTrue();
        assertThat(controller.asked.get(0).getAlterations(0).getReplace()).isTrue();
    }

    /** Answers INVALID_CONFIG for one topic. */
    private static final class Controller implements TopicAdmin {
        final List<AlterConfigsRequest> asked = new ArrayList<>();
        String refused = "";
        boolean silent;

        @Override
        public CompletableFuture<AlterConfigsResponse> alterConfigs(AlterConfigsRequest request, Duration timeout) {
            asked.add(request);
            if (silent) return CompletableFuture.failedFuture(new TimeoutException());
            AlterConfigsResponse.Builder response = AlterConfigsResponse.newBuilder();
            request.getAlterationsList().forEach(alteration -> {
                AlteredConfigs.Builder result = response.addResultsBuilder().setTopic(alteration.getTopic());
                if (alteration.getTopic().equals(refused)) {
                    result.setStatus(Status.newBuilder()
                            .setCode(ErrorCode.INVALID_CONFIG)
                            .setMessage("no"));
                }
            });
            return CompletableFuture.completedFuture(response.build());
        }

        @Override
        public CompletableFuture<CreateTopicsResponse> createTopics(CreateTopicsRequest request, Duration timeout) {
            throw new AssertionError();
        }

        @Override
        public CompletableFuture<CreatePartitionsResponse> createPartitions(
                CreatePartitionsRequest request, Duration timeout) {
            throw new AssertionError();
        }

        @Override
        public CompletableFuture<AlterReassignmentsResponse> alterReassignments(
                AlterReassignmentsRequest request, Duration timeout) {
            throw new AssertionError();
        }

        @Override
        public CompletableFuture<ElectLeadersResponse> electLeaders(ElectLeadersRequest request, Duration timeout) {
            throw new AssertionError();
        }

        @Override
        public CompletableFuture<DeleteTopicsResponse> deleteTopics(DeleteTopicsRequest request, Duration timeout) {
            throw new AssertionError();
        }
    }
}
