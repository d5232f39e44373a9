package dev.curia.metadata.decide;

import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.ScramCredential;
import dev.curia.metadata.image.ScramCredentials;
import dev.curia.proto.admin.v1.AlterScramCredentialsRequest;
import dev.curia.proto.admin.v1.AlterScramCredentialsResponse;
import dev.curia.proto.admin.v1.AlteredUser;
import dev.curia.proto.admin.v1.ScramDeletion;
import dev.curia.proto.admin.v1.ScramUpsertion;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.ScramMechanism;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Sets and removes SCRAM credentials; what one user gets takes effect together or not at all. Source: KIP-554. */
public final class ScramDecisions {
    /** Fewer make a stolen hash too easy to guess (RFC 7677); more would only slow down clients. */
    public static final int MIN_ITERATIONS = 4096;

    public static final int MAX_ITERATIONS = 16_384;

    private ScramDecisions() {}

    private record Target(String user, ScramMechanism mechanism) {}

    /** What becomes of one user: the records, or why there are none. */
    private static final class Changes {
        final List<MetadataRecord> records = new ArrayList<>();
        Status refusal = Statuses.OK; // the first
    }

    public static Decision<AlterScramCredentialsResponse> alter(
            MetadataImage image, AlterScramCredentialsRequest request) {
        Map<String, Changes> users = new LinkedHashMap<>();
        Set<Target> named = new HashSet<>();
        for (ScramDeletion deletion : request.getDeletionsList()) {
            Target target = new Target(deletion.getUser(), deletion.getMechanism());
            Optional<Status> refusal = refusal(image, target, named).or(() -> unknown(image, target));
            add(users, target.user, refusal, ScramCredentials.removalRecord(target.user, known(target.mechanism)));
        }
        for (ScramUpsertion upsertion : request.getUpsertionsList()) {
            Target target = new Target(upsertion.getUser(), upsertion.getMechanism());
            Optional<Status> refusal = refusal(image, target, named).or(() -> unacceptable(upsertion));
            add(users, target.user, refusal, record(upsertion));
        }
        List<MetadataRecord> records = new ArrayList<>();
        List<AlteredUser> results = new ArrayList<>();
        int bytes = 0;
        for (Map.Entry<String, Changes> user : users.entrySet()) {
            Changes changes = user.getValue();
            Status status = changes.refusal;
            if (Statuses.isOk(status)) {
                bytes += changes.records.stream().mapToInt(Records::bytes).sum();
                if (bytes > TopicDecisions.MAX_BATCH_BYTES) status = tooLarge(user.getKey());
                else records.addAll(changes.records);
            }
            results.add(AlteredUser.newBuilder()
                    .setUser(user.getKey())
                    .setStatus(status)
                    .build());
        }
        return new Decision<>(
                records,
                index -> AlterScramCredentialsResponse.newBuilder()
                        .addAllResults(results)
                        .setIndex(index)
                        .build());
    }

    /** The record that does what is asked, which is not checked. */
    public static MetadataRecord record(ScramUpsertion upsertion) {
        return ScramCredentials.record(
                upsertion.getUser(),
                known(upsertion.getMechanism()),
                new ScramCredential(
                        upsertion.getIterations(),
                        upsertion.getSalt(),
                        upsertion.getStoredKey(),
                        upsertion.getServerKey()));
    }

    private static void add(Map<String, Changes> users, String user, Optional<Status> refusal, MetadataRecord record) {
        Changes changes = users.computeIfAbsent(user, name -> new Changes());
        if (Statuses.isOk(changes.refusal)) changes.refusal = refusal.orElse(Statuses.OK);
        changes.records.add(record);
    }

    private static Optional<Status> refusal(MetadataImage image, Target target, Set<Target> named) {
        int level = image.featureLevel(Features.METADATA_VERSION);
        if (level < Features.ACCESS_RECORDS) {
            return refused(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "SCRAM credentials need " + Features.METADATA_VERSION + " " + Features.ACCESS_RECORDS
                            + ", but the cluster has finalized " + level + "; upgrade the feature.");
        }
        if (target.user.isEmpty()) {
            return refused(ErrorCode.UNACCEPTABLE_CREDENTIAL, "The user's name is empty; give it one.");
        }
        if (known(target.mechanism) == ScramMechanism.SCRAM_UNKNOWN) {
            return refused(
                    ErrorCode.UNSUPPORTED_SASL_MECHANISM,
                    "The mechanism is not known; expected 1 (SCRAM-SHA-256) or 2 (SCRAM-SHA-512).");
        }
        if (!named.add(target)) {
            return refused(
                    ErrorCode.DUPLICATE_RESOURCE,
                    "The request changes a credential of user '" + target.user + "' twice; name it once.");
        }
        return Optional.empty();
    }

    private static Optional<Status> unknown(MetadataImage image, Target target) {
        if (image.scram().find(target.user, target.mechanism).isPresent()) return Optional.empty();
        return refused(
                ErrorCode.RESOURCE_NOT_FOUND,
                "User '" + target.user + "' has no credential of " + target.mechanism + " to be deleted.");
    }

    private static Optional<Status> unacceptable(ScramUpsertion upsertion) {
        int iterations = upsertion.getIterations();
        if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
            return refused(
                    ErrorCode.UNACCEPTABLE_CREDENTIAL,
                    "Too " + (iterations < MIN_ITERATIONS ? "few" : "many") + " iterations, " + iterations
                            + ": expected " + MIN_ITERATIONS + " to " + MAX_ITERATIONS + ".");
        }
        if (upsertion.getSalt().isEmpty()) {
            return refused(ErrorCode.UNACCEPTABLE_CREDENTIAL, "The salt is empty; expected random bytes.");
        }
        int bytes = upsertion.getMechanism() == ScramMechanism.SCRAM_SHA_512 ? 64 : 32;
        if (upsertion.getStoredKey().size() == bytes && upsertion.getServerKey().size() == bytes) {
            return Optional.empty();
        }
        return refused(
                ErrorCode.UNACCEPTABLE_CREDENTIAL,
                "The salted password has no keys of " + bytes + " bytes, which " + upsertion.getMechanism() + " has.");
    }

    private static ScramMechanism known(ScramMechanism mechanism) {
        return mechanism == ScramMechanism.UNRECOGNIZED ? ScramMechanism.SCRAM_UNKNOWN : mechanism;
    }

    private static Optional<Status> refused(ErrorCode code, String why) {
        return Optional.of(Statuses.error(code, why));
    }

    private static Status tooLarge(String user) {
        return Statuses.error(
                ErrorCode.POLICY_VIOLATION,
                "With user '" + user
                        + "' the request changes more than one metadata batch can hold; use several requests.");
    }
}
