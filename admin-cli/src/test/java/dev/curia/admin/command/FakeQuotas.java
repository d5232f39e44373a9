package dev.curia.admin.command;

import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.AlterClientQuotasResponse;
import dev.curia.proto.admin.v1.AlteredClientQuotas;
import dev.curia.proto.admin.v1.ClientQuotaDescription;
import dev.curia.proto.admin.v1.DescribeClientQuotasRequest;
import dev.curia.proto.admin.v1.DescribeClientQuotasResponse;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.QuotaEntity;
import dev.curia.proto.common.v1.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Client quotas in memory; a limit of 0 is refused. */
final class FakeQuotas {
    final Map<QuotaEntity, Map<String, Double>> limits = new LinkedHashMap<>();

    synchronized AlterClientQuotasResponse alter(AlterClientQuotasRequest request) {
        AlterClientQuotasResponse.Builder response = AlterClientQuotasResponse.newBuilder();
        request.getAlterationsList().forEach(alteration -> {
            AlteredClientQuotas.Builder altered = response.addResultsBuilder().setEntity(alteration.getEntity());
            if (alteration.getChangesList().stream().anyMatch(change -> change.hasValue() && change.getValue() == 0)) {
                altered.setStatus(
                        Status.newBuilder().setCode(ErrorCode.INVALID_REQUEST).setMessage("Expected more than 0."));
            } else if (!request.getValidateOnly()) {
                Map<String, Double> of = limits.computeIfAbsent(alteration.getEntity(), none -> new TreeMap<>());
                alteration.getChangesList().forEach(change -> {
                    if (change.hasValue()) of.put(change.getKey(), change.getValue());
                    else of.remove(change.getKey());
                });
                if (of.isEmpty()) limits.remove(alteration.getEntity());
            }
        });
        return response.build();
    }

    synchronized DescribeClientQuotasResponse describe(DescribeClientQuotasRequest request) {
        DescribeClientQuotasResponse.Builder response = DescribeClientQuotasResponse.newBuilder();
        limits.forEach((entity, of) -> {
            // All that is asked for is there already: merging it changes nothing.
            if (entity.toBuilder().mergeFrom(request.getEntity()).build().equals(entity)) {
                response.addQuotas(
                        ClientQuotaDescription.newBuilder().setEntity(entity).putAllLimits(of));
            }
        });
        return response.build();
    }
}
