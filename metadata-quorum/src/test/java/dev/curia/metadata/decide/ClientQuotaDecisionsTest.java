package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.QuotaEntity;
import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.AlterClientQuotasResponse;
import dev.curia.proto.admin.v1.AlteredClientQuotas;
import dev.curia.proto.admin.v1.ClientQuotaAlteration;
import dev.curia.proto.admin.v1.ClientQuotaChange;
import dev.curia.proto.admin.v1.FeatureUpdate;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ClientQuotaDecisionsTest {
    private static final QuotaEntity ALICE = QuotaEntity.user("alice");

    private MetadataImage image = Fixtures.cluster(0)
            .apply(1, List.of(ImageRecords.featureRecord(Features.METADATA_VERSION, Features.ACCESS_RECORDS)))
            .image();

    private static ClientQuotaChange set(String key, double value) {
        return ClientQuotaChange.newBuilder().setKey(key).setValue(value).build();
    }

    private static ClientQuotaChange remove(String key) {
        return ClientQuotaChange.newBuilder().setKey(key).build();
    }

    private static ClientQuotaAlteration of(QuotaEntity entity, ClientQuotaChange... changes) {
        return ClientQuotaAlteration.newBuilder()
                .setEntity(ImageRecords.proto(entity))
                .addAllChanges(List.of(changes))
                .build();
    }

    private List<Status> alter(boolean validateOnly, ClientQuotaAlteration... alterations) {
        Decision<AlterClientQuotasResponse> decision = ClientQuotaDecisions.alter(
                image,
                AlterClientQuotasRequest.newBuilder()
                        .setValidateOnly(validateOnly)
                        .addAllAlterations(List.of(alterations))
                        .build());
        image = Fixtures.after(image, decision);
        return decision.reply().apply(0).getResultsList().stream()
                .map(AlteredClientQuotas::getStatus)
                .toList();
    }

    private Status alter(QuotaEntity entity, ClientQuotaChange... changes) {
        return alter(false, of(entity, changes)).get(0);
    }

    @Test
    void limitsAreSetChangedAndRemoved() {
        assertThat(alter(ALICE, set("producer_byte_rate", 1000), set("request_percentage", 12.5)))
                .isEqualTo(Statuses.OK);
        assertThat(alter(ALICE, set("producer_byte_rate", 2000), remove("consumer_byte_rate")))
                .isEqualTo(Statuses.OK);
        assertThat(image.clientQuotas().of(ALICE))
                .isEqualTo(Map.of("producer_byte_rate", 2000.0, "request_percentage", 12.5));
        long before = image.digest();
        assertThat(alter(ALICE, set("producer_byte_rate", 2000))).isEqualTo(Statuses.OK);
        assertThat(image.digest()).as("nothing changed").isEqualTo(before);
        alter(ALICE, remove("producer_byte_rate"), remove("request_percentage"));
        assertThat(image.clientQuotas().isEmpty()).isTrue();
    }

    @Test
    void whatMakesNoSenseIsRefusedWithTheReason() {
        assertThat(alter(ALICE, set("producer_byte_rate", 0)).getMessage()).contains("producer_byte_rate", "0.0");
        assertThat(alter(ALICE, set("request_percentage", -1)).getMessage()).contains("above 0");
        assertThat(alter(ALICE, set("request_percentage", Double.NaN)).getCode())
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(alter(ALICE, set("request_percentage", Double.POSITIVE_INFINITY))
                        .getCode())
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(alter(ALICE, set("consumer_byte_rate", 10.5)).getMessage()).contains("whole");
        assertThat(alter(ALICE, set("bytes", 1)).getMessage()).contains("'bytes'", "consumer_byte_rate");
        assertThat(alter(ALICE, remove("bytes")).getCode()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(alter(ALICE, set("connection_creation_rate", 1)).getMessage())
                .contains("user 'alice'");
        assertThat(alter(QuotaEntity.address("::1"), set("producer_byte_rate", 1))
                        .getMessage())
                .contains("connection_creation_rate");
        assertThat(alter(QuotaEntity.address(""), set("connection_creation_rate", 1e12))
                        .getMessage())
                .contains("at most");
        assertThat(alter(ALICE, set("request_percentage", 1), remove("request_percentage"))
                        .getMessage())
                .contains("more than once");
        assertThat(image.clientQuotas().isEmpty()).isTrue();
    }

    @Test
    void oneEntityFailsAndTheOthersDoNot() {
        List<Status> statuses = alter(
                false,
                of(ALICE, set("controller_mutation_rate", 0.5), set("producer_byte_rate", -3)),
                of(QuotaEntity.client(""), set("controller_mutation_rate", 0.5)),
                of(QuotaEntity.client(""), set("controller_mutation_rate", 0.7)));
        assertThat(statuses)
                .extracting(Status::getCode)
                .containsExactly(ErrorCode.INVALID_REQUEST, ErrorCode.NONE, ErrorCode.INVALID_REQUEST);
        assertThat(image.clientQuotas().entities()).containsExactly(QuotaEntity.client(""));
    }

    @Test
    void aValidationChangesNothing() {
        assertThat(alter(true, of(ALICE, set("request_percentage", 1)))).containsExactly(Statuses.OK);
        assertThat(image.clientQuotas().isEmpty()).isTrue();
    }

    @Test
    void noRecordIsWrittenThatAnOlderNodeWouldHaltOn() {
        image = image.apply(9, List.of(ImageRecords.featureRecord(Features.METADATA_VERSION, 1)))
                .image();
        Status refused = alter(ALICE, set("request_percentage", 1));
        assertThat(refused.getCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
        assertThat(refused.getMessage()).contains("metadata.version");
        assertThat(image.clientQuotas().isEmpty()).isTrue();
    }

    @Test
    void theFeatureCannotBeTakenBackWhileThereAreQuotas() {
        FeatureDecisions features = new FeatureDecisions(Features.SUPPORTED);
        UpdateFeaturesRequest down = UpdateFeaturesRequest.newBuilder()
                .addUpdates(FeatureUpdate.newBuilder()
                        .setFeature(Features.METADATA_VERSION)
                        .setLevel(1)
                        .setDirection(FeatureUpdate.Direction.SAFE_DOWNGRADE))
                .build();
        alter(ALICE, set("request_percentage", 1));
        Status refused = features.update(image, down).reply().apply(0).getStatus();
        assertThat(refused.getMessage()).contains("client quotas");
        alter(ALICE, remove("request_percentage"));
        assertThat(features.update(image, down).reply().apply(0).getStatus()).isEqualTo(Statuses.OK);
    }
}
