package dev.curia.broker;

import dev.curia.broker.access.AccessConfigs;
import dev.curia.broker.access.DenialLog;
import dev.curia.broker.config.ServerKeys;
import dev.curia.broker.config.Settings;
import dev.curia.broker.group.Subscribers;
import dev.curia.broker.kafka.api.ApiTable;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.kafka.guard.Guards;
import dev.curia.metadata.acl.Authorization;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/** Wires who may do what on a broker. */
final class AccessControl {
    private final ClusterView cluster;
    private final Authorization authorization;
    private final Subscribers subscribers;
    private final Guards guards;

    AccessControl(Settings settings, ClusterView cluster, MeterRegistry meters) {
        this.cluster = cluster;
        this.authorization = new Authorization(
                AccessConfigs.authorizer(settings.given()),
                () -> cluster.newest().acls(),
                new DenialLog(meters));
        this.subscribers = new Subscribers(!authorization.isOn());
        this.guards = new Guards(cluster, settings.get(ServerKeys.AUTO_CREATE_TOPICS), subscribers::heard);
    }

    Authorization authorization() {
        return authorization;
    }

    Subscribers subscribers() {
        return subscribers;
    }

    /** The requests that are served, each behind its guard. */
    ApiTable table(List<RequestHandler<?>> handlers) {
        return ApiTable.of(guards.before(handlers, authorization), cluster);
    }
}
