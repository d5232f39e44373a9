package dev.curia.broker.kafka.guard;

import static dev.curia.common.security.Operation.ALTER;
import static dev.curia.common.security.Operation.ALTER_CONFIGS;
import static dev.curia.common.security.Operation.CLUSTER_ACTION;
import static dev.curia.common.security.Operation.DESCRIBE;
import static dev.curia.common.security.Operation.DESCRIBE_CONFIGS;
import static dev.curia.common.security.ResourceType.CLUSTER;
import static dev.curia.common.security.ResourceType.THE_CLUSTER;

import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.common.security.Operation;
import dev.curia.metadata.acl.Access;
import dev.curia.metadata.acl.Authorization;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeUserScramCredentialsResponse;

/** The guards of all kinds of requests. Immutable. Source: the operations that Apache Kafka asks for, kind by kind. */
public final class Guards {
    private final Map<ApiKeys, Guard<?, ?>> guards = new EnumMap<>(ApiKeys.class);

    /**
     * @param autoCreate whether a topic that is asked for may come to be thereby
     * @param subscriptions hears of whoever subscribes by expression
     */
    public Guards(ClusterView cluster, boolean autoCreate, Subscriptions subscriptions) {
        open(ApiKeys.API_VERSIONS, ApiKeys.SASL_HANDSHAKE, ApiKeys.SASL_AUTHENTICATE);
        open(ApiKeys.FETCH); // looks for itself
        new TopicGuards(cluster).addTo(guards);
        new TopicAdminGuards(cluster, autoCreate).addTo(guards);
        new GroupGuards(subscriptions).addTo(guards);
        NamedTopics topics = new NamedTopics(cluster);
        new OffsetGuards(topics).addTo(guards);
        new TransactionGuards(topics).addTo(guards);
        new ConfigGuards().addTo(guards);
        cluster(DESCRIBE, ApiKeys.DESCRIBE_ACLS, ApiKeys.DESCRIBE_LOG_DIRS, ApiKeys.DESCRIBE_QUORUM);
        cluster(DESCRIBE, ApiKeys.LIST_PARTITION_REASSIGNMENTS);
        cluster(ALTER, ApiKeys.CREATE_ACLS, ApiKeys.DELETE_ACLS, ApiKeys.ALTER_USER_SCRAM_CREDENTIALS);
        cluster(ALTER, ApiKeys.ALTER_REPLICA_LOG_DIRS, ApiKeys.ELECT_LEADERS, ApiKeys.ALTER_PARTITION_REASSIGNMENTS);
        cluster(ALTER, ApiKeys.UPDATE_FEATURES, ApiKeys.UNREGISTER_BROKER);
        cluster(DESCRIBE_CONFIGS, ApiKeys.LIST_CONFIG_RESOURCES, ApiKeys.DESCRIBE_CLIENT_QUOTAS);
        cluster(ALTER_CONFIGS, ApiKeys.ALTER_CLIENT_QUOTAS);
        Guard<AbstractRequest, AbstractResponse> scram = Guards::describeScram;
        guards.put(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, scram);
        guards.put(ApiKeys.WRITE_TXN_MARKERS, (access, request, context) -> {
            boolean may = access.sees(ALTER, CLUSTER, THE_CLUSTER) || access.may(CLUSTER_ACTION);
            if (!may) throw Errors.CLUSTER_AUTHORIZATION_FAILED.exception();
            return Guard.Verdict.allowed();
        });
    }

    /** Kafka's own class finds no error response of a request for all users. */
    private static Guard.Verdict<AbstractResponse> describeScram(
            Access access, AbstractRequest request, RequestContext context) {
        if (access.may(DESCRIBE)) return Guard.Verdict.allowed();
        Errors error = Errors.CLUSTER_AUTHORIZATION_FAILED;
        return new Guard.Verdict.Answer<>(
                new DescribeUserScramCredentialsResponse(new DescribeUserScramCredentialsResponseData()
                        .setErrorCode(error.code())
                        .setErrorMessage(error.message())));
    }

    private void open(ApiKeys... kinds) {
        for (ApiKeys kind : kinds) guards.put(kind, Guard.OPEN);
    }

    private void cluster(Operation operation, ApiKeys... kinds) {
        Guard<AbstractRequest, AbstractResponse> guard = (access, request, context) -> {
            if (!access.may(operation)) throw Errors.CLUSTER_AUTHORIZATION_FAILED.exception();
            return Guard.Verdict.allowed();
        };
        for (ApiKeys kind : kinds) guards.put(kind, guard);
    }

    /** The kinds of requests that have one. */
    public Set<ApiKeys> kinds() {
        return Set.copyOf(guards.keySet());
    }

    /**
     * The handlers behind their guards; the same handlers where nobody is refused anything.
     *
     * @throws IllegalArgumentException when nobody has said what a kind of request needs
     */
    public List<RequestHandler<?>> before(List<RequestHandler<?>> handlers, Authorization authorization) {
        for (RequestHandler<?> handler : handlers) {
            if (!guards.containsKey(handler.api())) {
                throw new IllegalArgumentException("no guard says who may send " + handler.api());
            }
        }
        if (!authorization.isOn()) return handlers;
        return handlers.stream()
                .<RequestHandler<?>>map(handler -> guarded(handler, authorization))
                .toList();
    }

    /** Guards are filed under the kind of request that they are for. */
    @SuppressWarnings("unchecked")
    private <Q extends AbstractRequest> RequestHandler<Q> guarded(RequestHandler<Q> handler, Authorization all) {
        Guard<Q, AbstractResponse> guard = (Guard<Q, AbstractResponse>) guards.get(handler.api());
        if (guard == null) throw new IllegalStateException("no guard of " + handler.api());
        return new GuardedHandler<>(handler, guard, all);
    }
}
