package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.security.Acl;
import dev.curia.common.security.Operation;
import dev.curia.common.security.PatternType;
import dev.curia.common.security.Permission;
import dev.curia.common.security.Principal;
import dev.curia.common.security.ResourceType;
import dev.curia.metadata.Fixtures;
import dev.curia.metadata.acl.AclMessages;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.admin.v1.CreateAclsRequest;
import dev.curia.proto.admin.v1.CreateAclsResponse;
import dev.curia.proto.admin.v1.DeleteAclsRequest;
import dev.curia.proto.admin.v1.DeleteAclsResponse;
import dev.curia.proto.admin.v1.FeatureUpdate;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.common.v1.AclEntry;
import dev.curia.proto.common.v1.AclMatch;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AclDecisionsTest {
    private static final AclEntry READ = AclMessages.entry(new Acl(
            ResourceType.TOPIC,
            "orders",
            PatternType.LITERAL,
            Principal.user("alice"),
            "*",
            Operation.READ,
            Permission.ALLOW));
    private static final AclEntry WRITE =
            READ.toBuilder().setOperation(Operation.WRITE.code()).build();

    private MetadataImage image = atLevel(Features.ACCESS_RECORDS);

    private static MetadataImage atLevel(int level) {
        MetadataImage cluster = Fixtures.cluster(1);
        return cluster.apply(cluster.index() + 1, List.of(ImageRecords.featureRecord(Features.METADATA_VERSION, level)))
                .image();
    }

    private List<Status> create(AclEntry... entries) {
        Decision<CreateAclsResponse> decision = AclDecisions.create(
                image,
                CreateAclsRequest.newBuilder().addAllAcls(List.of(entries)).build());
        image = Fixtures.after(image, decision);
        return decision.reply().apply(image.index()).getStatusesList();
    }

    private DeleteAclsResponse delete(AclMatch... matches) {
        Decision<DeleteAclsResponse> decision = AclDecisions.delete(
                image,
                DeleteAclsRequest.newBuilder().addAllMatches(List.of(matches)).build());
        image = Fixtures.after(image, decision);
        return decision.reply().apply(image.index());
    }

    private static AclMatch.Builder any() {
        return AclMatch.newBuilder()
                .setResourceType(1)
                .setPatternType(1)
                .setOperation(1)
                .setPermission(1);
    }

    @Test
    void entriesAreAddedOnceAndDeletedByWhatFitsThem() {
        assertThat(create(READ, WRITE, READ)).containsOnly(Statuses.OK).hasSize(3);
        assertThat(image.acls().size()).isEqualTo(2);
        MetadataImage before = image;
        assertThat(create(READ)).containsOnly(Statuses.OK);
        assertThat(image.acls()).isEqualTo(before.acls());
        DeleteAclsResponse deleted = delete(
                any().setOperation(Operation.READ.code()).build(),
                any().setResourceName("orders").build(),
                any().setResourceType(99).build());
        assertThat(deleted.getResults(0).getAclsList()).containsExactly(READ);
        assertThat(deleted.getResults(1).getAclsList()).containsExactlyInAnyOrder(READ, WRITE);
        assertThat(deleted.getResults(2).getStatus().getCode()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(image.acls().size()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "2, '', 3, User:a, *, 3, 3, names no resource",
        "2, t, 1, User:a, *, 3, 3, pattern type 1",
        "2, t, 3, a, *, 3, 3, 'a'' is no principal'",
        "2, t, 3, User:a, *, 1, 3, operation 1",
        "2, t, 3, User:a, *, 3, 1, permission 1",
        "1, t, 3, User:a, *, 3, 3, resource type 1",
        "2, t, 3, User:a, *, 9, 3, Operation CLUSTER_ACTION does not exist for resources of type TOPIC",
        "4, other, 3, User:a, *, 7, 3, only valid name for the CLUSTER resource is kafka-cluster",
        "2, t, 3, User:a, host.example, 3, 3, 'host.example'' is no host'",
        "2, t, 3, User:a, '', 3, 3, is no host"
    })
    void whatNoEntryCanBeIsRefusedAndSaysWhy(
            int type,
            String name,
            int pattern,
            String principal,
            String host,
            int operation,
            int permission,
            String why) {
        AclEntry wrong = AclEntry.newBuilder()
                .setResourceType(type)
                .setResourceName(name)
                .setPatternType(pattern)
                .setPrincipal(principal)
                .setHost(host)
                .setOperation(operation)
                .setPermission(permission)
                .build();
        List<Status> statuses = create(wrong, READ);
        assertThat(statuses.get(0).getCode()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(statuses.get(0).getMessage()).contains(why);
        assertThat(statuses.get(1)).isEqualTo(Statuses.OK);
    }

    @Test
    void namesAndNumbersAreBounded() {
        String longest = "x".repeat(AclDecisions.MAX_NAME);
        assertThat(create(READ.toBuilder().setResourceName(longest).build())).containsOnly(Statuses.OK);
        assertThat(create(READ.toBuilder().setResourceName(longest + "x").build())
                        .get(0)
                        .getCode())
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        DeleteAclsRequest.Builder request = DeleteAclsRequest.newBuilder();
        for (int i = 0; i <= AclDecisions.MAX_MATCHES; i++) request.addMatches(any());
        DeleteAclsResponse response =
                AclDecisions.delete(image, request.build()).reply().apply(0);
        assertThat(response.getResults(AclDecisions.MAX_MATCHES - 1).getStatus())
                .isEqualTo(Statuses.OK);
        assertThat(response.getResults(AclDecisions.MAX_MATCHES).getStatus().getCode())
                .isEqualTo(ErrorCode.POLICY_VIOLATION);
    }

    @Test
    void oneBatchHoldsWhatARequestChanges() {
        CreateAclsRequest.Builder request = CreateAclsRequest.newBuilder();
        for (int i = 0; i < 2_000; i++) request.addAcls(READ.toBuilder().setResourceName("x".repeat(900) + i));
        Decision<CreateAclsResponse> decision = AclDecisions.create(image, request.build());
        int bytes = decision.records().stream().mapToInt(Records::bytes).sum();
        assertThat(bytes).isBetween(TopicDecisions.MAX_BATCH_BYTES - 2_000, TopicDecisions.MAX_BATCH_BYTES);
        List<Status> statuses = decision.reply().apply(0).getStatusesList();
        assertThat(statuses.get(0)).isEqualTo(Statuses.OK);
        assertThat(statuses.get(1_999).getCode()).isEqualTo(ErrorCode.POLICY_VIOLATION);
    }

    @Test
    void theClusterMustKnowTheseRecords() {
        image = atLevel(1);
        assertThat(create(READ).get(0).getCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
        image = atLevel(Features.ACCESS_RECORDS);
        create(READ);
        UpdateFeaturesRequest down = UpdateFeaturesRequest.newBuilder()
                .addUpdates(FeatureUpdate.newBuilder()
                        .setFeature(Features.METADATA_VERSION)
                        .setLevel(1)
                        .setDirection(FeatureUpdate.Direction.SAFE_DOWNGRADE))
                .build();
        FeatureDecisions features = new FeatureDecisions(Features.SUPPORTED);
        assertThat(features.update(image, down).reply().apply(0).getStatus().getMessage())
                .contains("There are 1 ACLs");
        delete(any().build());
        assertThat(features.update(image, down).reply().apply(0).getStatus().getMessage())
                .doesNotContain("ACLs");
    }
}
