package dev.curia.broker.kafka.guard;

import static dev.curia.common.security.Operation.ALTER_CONFIGS;
import static dev.curia.common.security.Operation.DESCRIBE_CONFIGS;

import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.guard.Guard.Verdict;
import dev.curia.common.security.Operation;
import dev.curia.common.security.ResourceType;
import dev.curia.metadata.acl.Access;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterConfigsRequest;
import org.apache.kafka.common.requests.AlterConfigsResponse;
import org.apache.kafka.common.requests.DescribeConfigsRequest;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.common.requests.IncrementalAlterConfigsRequest;
import org.apache.kafka.common.requests.IncrementalAlterConfigsResponse;

/** Of settings: those of topics and groups belong to them, all others to the cluster. */
final class ConfigGuards {
    void addTo(Map<ApiKeys, Guard<?, ?>> guards) {
        Guard<DescribeConfigsRequest, DescribeConfigsResponse> describe = ConfigGuards::describe;
        Guard<AlterConfigsRequest, AlterConfigsResponse> alter = ConfigGuards::alter;
        Guard<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> edit = ConfigGuards::edit;
        guards.put(ApiKeys.DESCRIBE_CONFIGS, describe);
        guards.put(ApiKeys.ALTER_CONFIGS, alter);
        guards.put(ApiKeys.INCREMENTAL_ALTER_CONFIGS, edit);
    }

    private static boolean may(Access access, Operation operation, byte type, String name) {
        return switch (ConfigResource.Type.forId(type)) {
            case TOPIC -> access.may(operation, ResourceType.TOPIC, name);
            case GROUP -> access.may(operation, ResourceType.GROUP, name);
            default -> access.may(operation);
        };
    }

    private static Errors refusal(byte type) {
        return switch (ConfigResource.Type.forId(type)) {
            case TOPIC -> Errors.TOPIC_AUTHORIZATION_FAILED;
            case GROUP -> Errors.GROUP_AUTHORIZATION_FAILED;
            default -> Errors.CLUSTER_AUTHORIZATION_FAILED;
        };
    }

    private static Verdict<DescribeConfigsResponse> describe(
            Access access, DescribeConfigsRequest request, RequestContext context) {
        List<DescribeConfigsResource> refused = Items.refused(
                request.data().resources(),
                resource -> may(access, DESCRIBE_CONFIGS, resource.resourceType(), resource.resourceName()));
        List<DescribeConfigsResult> refusals = Items.map(
                refused,
                resource -> new DescribeConfigsResult()
                        .setResourceType(resource.resourceType())
                        .setResourceName(resource.resourceName())
                        .setErrorCode(refusal(resource.resourceType()).code())
                        .setErrorMessage(refusal(resource.resourceType()).message()));
        return Verdict.allowed(answer -> {
            answer.data().setResults(Items.and(answer.data().results(), refusals));
            return answer;
        });
    }

    private static Verdict<AlterConfigsResponse> alter(
            Access access, AlterConfigsRequest request, RequestContext context) {
        List<AlterConfigsResource> refused = Items.refused(
                request.data().resources(),
                resource -> may(access, ALTER_CONFIGS, resource.resourceType(), resource.resourceName()));
        List<AlterConfigsResourceResponse> refusals = Items.map(
                refused,
                resource -> new AlterConfigsResourceResponse()
                        .setResourceType(resource.resourceType())
                        .setResourceName(resource.resourceName())
                        .setErrorCode(refusal(resource.resourceType()).code())
                        .setErrorMessage(refusal(resource.resourceType()).message()));
        return Verdict.allowed(answer -> {
            answer.data().setResponses(Items.and(answer.data().responses(), refusals));
            return answer;
        });
    }

    private static Verdict<IncrementalAlterConfigsResponse> edit(
            Access access, IncrementalAlterConfigsRequest request, RequestContext context) {
        List<IncrementalAlterConfigsRequestData.AlterConfigsResource> refused = Items.refused(
                request.data().resources(),
                resource -> may(access, ALTER_CONFIGS, resource.resourceType(), resource.resourceName()));
        List<IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse> refusals = Items.map(
                refused,
                resource -> new IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse()
                        .setResourceType(resource.resourceType())
                        .setResourceName(resource.resourceName())
                        .setErrorCode(refusal(resource.resourceType()).code())
                        .setErrorMessage(refusal(resource.resourceType()).message()));
        return Verdict.allowed(answer -> {
            answer.data().setResponses(Items.and(answer.data().responses(), refusals));
            return answer;
        });
    }
}
