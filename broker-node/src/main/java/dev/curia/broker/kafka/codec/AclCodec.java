package dev.curia.broker.kafka.codec;

import dev.curia.common.security.Acl;
import dev.curia.metadata.acl.AclMessages;
import dev.curia.proto.common.v1.AclEntry;
import dev.curia.proto.common.v1.AclMatch;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** ACLs in kafka-clients' types and ours, which have the same numbers. Pure. */
public final class AclCodec {
    private AclCodec() {}

    public static AclEntry entry(AclCreation creation) {
        return AclEntry.newBuilder()
                .setResourceType(creation.resourceType())
                .setResourceName(creation.resourceName())
                .setPatternType(creation.resourcePatternType())
                .setPrincipal(creation.principal())
                .setHost(creation.host())
                .setOperation(creation.operation())
                .setPermission(creation.permissionType())
                .build();
    }

    public static AclBinding binding(Acl acl) {
        return binding(AclMessages.entry(acl));
    }

    public static AclBinding binding(AclEntry entry) {
        return new AclBinding(
                new ResourcePattern(
                        ResourceType.fromCode((byte) entry.getResourceType()),
                        entry.getResourceName(),
                        PatternType.fromCode((byte) entry.getPatternType())),
                new AccessControlEntry(
                        entry.getPrincipal(),
                        entry.getHost(),
                        AclOperation.fromCode((byte) entry.getOperation()),
                        AclPermissionType.fromCode((byte) entry.getPermission())));
    }

    public static AclMatch match(AclBindingFilter filter) {
        AclMatch.Builder match = AclMatch.newBuilder()
                .setResourceType(filter.patternFilter().resourceType().code())
                .setPatternType(filter.patternFilter().patternType().code())
                .setOperation(filter.entryFilter().operation().code())
                .setPermission(filter.entryFilter().permissionType().code());
        if (filter.patternFilter().name() != null)
            match.setResourceName(filter.patternFilter().name());
        if (filter.entryFilter().principal() != null)
            match.setPrincipal(filter.entryFilter().principal());
        if (filter.entryFilter().host() != null)
            match.setHost(filter.entryFilter().host());
        return match.build();
    }
}
