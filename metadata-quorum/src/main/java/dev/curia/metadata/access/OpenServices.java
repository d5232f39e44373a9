package dev.curia.metadata.access;

import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.QuorumAdminGrpc;
import dev.curia.proto.broker.v1.BrokerAdminGrpc;
import dev.curia.proto.data.v1.DataGrpc;
import dev.curia.proto.group.v1.GroupsGrpc;
import java.util.Set;

/**
 * The services that others than nodes may call: each asks the ACLs, call by call. Whatever is not here is what nodes ask of each other, and
 * checks nothing.
 */
final class OpenServices {
    static final Set<String> NAMES = Set.of(
            AdminGrpc.SERVICE_NAME,
            QuorumAdminGrpc.SERVICE_NAME,
            BrokerAdminGrpc.SERVICE_NAME,
            GroupsGrpc.SERVICE_NAME,
            DataGrpc.SERVICE_NAME);

    private OpenServices() {}
}
