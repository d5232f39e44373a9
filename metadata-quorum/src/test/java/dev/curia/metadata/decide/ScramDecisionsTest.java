package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataDelta;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.admin.v1.AlterScramCredentialsRequest;
import dev.curia.proto.admin.v1.AlterScramCredentialsResponse;
import dev.curia.proto.admin.v1.AlteredUser;
import dev.curia.proto.admin.v1.FeatureUpdate;
import dev.curia.proto.admin.v1.ScramDeletion;
import dev.curia.proto.admin.v1.ScramUpsertion;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.ScramMechanism;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class ScramDecisionsTest {
    private MetadataImage image = Fixtures.cluster(1)
            .apply(1, List.of(ImageRecords.featureRecord(Features.METADATA_VERSION, Features.ACCESS_RECORDS)))
            .image();

    private static ScramUpsertion set(String user, ScramMechanism mechanism, int iterations) {
        ByteString key = ByteString.copyFrom(new byte[mechanism == ScramMechanism.SCRAM_SHA_512 ? 64 : 32]);
        return ScramUpsertion.newBuilder()
                .setUser(user)
                .setMechanism(mechanism)
                .setIterations(iterations)
                .setSalt(ByteString.copyFromUtf8("salt"))
                .setStoredKey(key)
                .setServerKey(key)
                .build();
    }

    private static ScramDeletion delete(String user, ScramMechanism mechanism) {
        return ScramDeletion.newBuilder().setUser(user).setMechanism(mechanism).build();
    }

    private Map<String, ErrorCode> alter(List<ScramDeletion> deletions, ScramUpsertion... upsertions) {
        Decision<AlterScramCredentialsResponse> decision = ScramDecisions.alter(
                image,
                AlterScramCredentialsRequest.newBuilder()
                        .addAllDeletions(deletions)
                        .addAllUpsertions(List.of(upsertions))
                        .build());
        image = Fixtures.after(image, decision);
        return decision.reply().apply(image.index()).getResultsList().stream()
                .collect(Collectors.toMap(
                        AlteredUser::getUser, result -> result.getStatus().getCode()));
    }

    @Test
    void aUserHasOneCredentialOfEachMechanism() {
        assertThat(alter(
                        List.of(),
                        set("alice", ScramMechanism.SCRAM_SHA_256, 4096),
                        set("alice", ScramMechanism.SCRAM_SHA_512, 8192),
                        set("bob", ScramMechanism.SCRAM_SHA_512, 16_384)))
                .isEqualTo(Map.of("alice", ErrorCode.NONE, "bob", ErrorCode.NONE));
        assertThat(image.scram().users()).containsExactlyInAnyOrder("alice", "bob");
        assertThat(image.scram().of("alice")).hasSize(2);

        assertThat(alter(List.of(delete("alice", ScramMechanism.SCRAM_SHA_256))))
                .isEqualTo(Map.of("alice", ErrorCode.NONE));
        assertThat(image.scram().of("alice")).containsOnlyKeys(ScramMechanism.SCRAM_SHA_512);
        alter(List.of(delete("bob", ScramMechanism.SCRAM_SHA_512)));
        assertThat(image.scram().users()).containsExactly("alice");
    }

    @Test
    void oneUsersErrorLeavesTheOthersAlone() {
        assertThat(alter(
                        List.of(delete("nobody", ScramMechanism.SCRAM_SHA_256)),
                        set("weak", ScramMechanism.SCRAM_SHA_256, 4095),
                        set("slow", ScramMechanism.SCRAM_SHA_256, 16_385),
                        set("", ScramMechanism.SCRAM_SHA_256, 4096),
                        set("odd", ScramMechanism.SCRAM_UNKNOWN, 4096),
                        set("twice", ScramMechanism.SCRAM_SHA_256, 4096),
                        set("twice", ScramMechanism.SCRAM_SHA_256, 4097),
                        set("half", ScramMechanism.SCRAM_SHA_256, 4096),
                        set("half", ScramMechanism.SCRAM_SHA_512, 1),
                        set("good", ScramMechanism.SCRAM_SHA_256, 4096)))
                .isEqualTo(Map.of(
                        "nobody", ErrorCode.RESOURCE_NOT_FOUND,
                        "weak", ErrorCode.UNACCEPTABLE_CREDENTIAL,
                        "slow", ErrorCode.UNACCEPTABLE_CREDENTIAL,
                        "", ErrorCode.UNACCEPTABLE_CREDENTIAL,
                        "odd", ErrorCode.UNSUPPORTED_SASL_MECHANISM,
                        "twice", ErrorCode.DUPLICATE_RESOURCE,
                        "half", ErrorCode.UNACCEPTABLE_CREDENTIAL,
                        "good", ErrorCode.NONE));
        assertThat(image.scram().users()).containsExactly("good");
    }

    @Test
    void aClusterWithNodesThatDoNotKnowTheRecordsGetsNone() {
        image = image.apply(2, List.of(ImageRecords.featureRecord(Features.METADATA_VERSION, 1)))
                .image();
        assertThat(alter(List.of(), set("alice", ScramMechanism.SCRAM_SHA_256, 4096)))
                .isEqualTo(Map.of("alice", ErrorCode.UNSUPPORTED_VERSION));
        assertThat(image.scram().users()).isEmpty();
    }

    @Test
    void theFeatureCannotBeTakenBackWhileThereAreCredentials() {
        UpdateFeaturesRequest down = UpdateFeaturesRequest.newBuilder()
                .addUpdates(FeatureUpdate.newBuilder()
                        .setFeature(Features.METADATA_VERSION)
                        .setLevel(1)
                        .setDirection(FeatureUpdate.Direction.SAFE_DOWNGRADE))
                .build();
        FeatureDecisions features = new FeatureDecisions(Features.SUPPORTED);
        alter(List.of(), set("alice", ScramMechanism.SCRAM_SHA_256, 4096));
        assertThat(features.update(image, down).reply().apply(0).getStatus().getMessage())
                .contains("SCRAM credentials");
        alter(List.of(delete("alice", ScramMechanism.SCRAM_SHA_256)));
        assertThat(features.update(image, down).reply().apply(0).getStatus().getMessage())
                .doesNotContain("SCRAM credentials");
    }

    @Test
    void whoseCredentialsChangedIsToldWithAndWithoutTheRecords() {
        MetadataImage before = image;
        MetadataImage.Applied applied =
                before.apply(9, List.of(ScramDecisions.record(set("alice", ScramMechanism.SCRAM_SHA_256, 4096))));
        assertThat(applied.delta().scramUsers()).containsExactly("alice");
        assertThat(MetadataDelta.between(before, applied.image())).isEqualTo(applied.delta());
    }

    @Test
    void noTextShowsKeys() {
        alter(List.of(), set("alice", ScramMechanism.SCRAM_SHA_256, 4096));
        assertThat(image.scram().of("alice").toString() + image.scram()).doesNotContain("salt", "Key", "\\000");
    }
}
