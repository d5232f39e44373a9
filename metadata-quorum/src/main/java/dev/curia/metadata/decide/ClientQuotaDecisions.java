package dev.curia.metadata.decide;

import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.QuotaEntity;
import dev.curia.metadata.image.QuotaKey;
import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.AlterClientQuotasResponse;
import dev.curia.proto.admin.v1.AlteredClientQuotas;
import dev.curia.proto.admin.v1.ClientQuotaAlteration;
import dev.curia.proto.admin.v1.ClientQuotaChange;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Sets and removes limits of clients: one entity's changes take effect together or not at all, one of a request may fail while others succeed.
 * Pure. Source: KIP-546.
 */
public final class ClientQuotaDecisions {
    /** Between two numbers of which one was meant to be whole. */
    private static final double ROUNDING = 1e-6;

    private static final double MOST_CONNECTIONS = Integer.MAX_VALUE;

    private ClientQuotaDecisions() {}

    public static Decision<AlterClientQuotasResponse> alter(MetadataImage image, AlterClientQuotasRequest request) {
        List<MetadataRecord> records = new ArrayList<>();
        List<AlteredClientQuotas> results = new ArrayList<>();
        Set<QuotaEntity> named = new HashSet<>();
        int bytes = 0;
        for (ClientQuotaAlteration alteration : request.getAlterationsList()) {
            QuotaEntity entity = ImageRecords.quotaEntity(alteration.getEntity());
            Optional<Status> refusal =
                    named.add(entity) ? refusal(image, entity, alteration) : Optional.of(twice(entity));
            if (refusal.isEmpty()) {
                List<MetadataRecord> changes = changes(image, entity, alteration);
                bytes += changes.stream().mapToInt(Records::bytes).sum();
                if (bytes > TopicDecisions.MAX_BATCH_BYTES) refusal = Optional.of(tooLarge(entity));
                else records.addAll(changes);
            }
            results.add(AlteredClientQuotas.newBuilder()
                    .setEntity(alteration.getEntity())
                    .setStatus(refusal.orElse(Statuses.OK))
                    .build());
        }
        return new Decision<>(
                request.getValidateOnly() ? List.of() : records,
                index -> AlterClientQuotasResponse.newBuilder()
                        .addAllResults(results)
                        .setIndex(index)
                        .build());
    }

    private static Optional<Status> refusal(MetadataImage image, QuotaEntity entity, ClientQuotaAlteration alteration) {
        if (image.featureLevel(Features.METADATA_VERSION) < Features.ACCESS_RECORDS) {
            return Optional.of(Statuses.error(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "Client quotas need feature " + Features.METADATA_VERSION + " at level " + Features.ACCESS_RECORDS
                            + ", this cluster is at " + image.featureLevel(Features.METADATA_VERSION)
                            + ": when all of its processes are upgraded, finalize it."));
        }
        Set<String> keys = new HashSet<>();
        return alteration.getChangesList().stream()
                .flatMap(change -> complaint(entity, change, keys.add(change.getKey())).stream())
                .findFirst()
                .map(complaint -> Statuses.error(ErrorCode.INVALID_REQUEST, complaint));
    }

    private static Optional<String> complaint(QuotaEntity entity, ClientQuotaChange change, boolean first) {
        if (!first) return Optional.of("Key " + change.getKey() + " is named more than once for " + entity + ".");
        Optional<QuotaKey> key = QuotaKey.named(change.getKey()).filter(known -> known.fits(entity));
        if (key.isEmpty()) {
            return Optional.of("There is no quota '" + change.getKey() + "' of " + entity + ": expected one of "
                    + Stream.of(QuotaKey.values())
                            .filter(known -> known.fits(entity))
                            .map(QuotaKey::key)
                            .collect(Collectors.joining(", "))
                    + ".");
        }
        return change.hasValue() ? complaint(key.get(), change.getValue()) : Optional.empty();
    }

    private static Optional<String> complaint(QuotaKey key, double value) {
        String was = "Quota " + key.key() + " is " + value + ": expected ";
        if (!(value > 0) || Double.isInfinite(value)) return Optional.of(was + "a number above 0.");
        if (key.whole() && (value < 1 || Math.abs(value - Math.rint(value)) > ROUNDING))
            return Optional.of(was + "a whole number above 0.");
        if (key == QuotaKey.CONNECTION_CREATION_RATE && value > MOST_CONNECTIONS)
            return Optional.of(was + "at most " + Integer.MAX_VALUE + ".");
        return Optional.empty();
    }

    private static List<MetadataRecord> changes(
            MetadataImage image, QuotaEntity entity, ClientQuotaAlteration alteration) {
        return alteration.getChangesList().stream()
                .sorted(Comparator.comparing(ClientQuotaChange::getKey))
                .flatMap(change -> {
                    Double now = image.clientQuotas().of(entity).get(change.getKey());
                    if (!change.hasValue()) {
                        return now == null
                                ? Stream.empty()
                                : Stream.of(ImageRecords.quotaRemovalRecord(entity, change.getKey()));
                    }
                    return now != null && now == change.getValue()
                            ? Stream.empty()
                            : Stream.of(ImageRecords.quotaRecord(entity, change.getKey(), change.getValue()));
                })
                .toList();
    }

    private static Status twice(QuotaEntity entity) {
        return Statuses.error(
                ErrorCode.INVALID_REQUEST,
                "The request names " + entity + " more than once; name it once, with all its changes.");
    }

    private static Status tooLarge(QuotaEntity entity) {
        return Statuses.error(
                ErrorCode.POLICY_VIOLATION,
                "With " + entity + " the request changes more than one metadata batch can hold; use several requests.");
    }
}
