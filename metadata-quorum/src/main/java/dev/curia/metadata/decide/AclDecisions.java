package dev.curia.metadata.decide;

import dev.curia.common.security.Acl;
import dev.curia.common.security.AclFilter;
import dev.curia.common.security.ResourceType;
import dev.curia.metadata.acl.AclMessages;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.admin.v1.CreateAclsRequest;
import dev.curia.proto.admin.v1.CreateAclsResponse;
import dev.curia.proto.admin.v1.DeleteAclsRequest;
import dev.curia.proto.admin.v1.DeleteAclsResponse;
import dev.curia.proto.admin.v1.DeletedAcls;
import dev.curia.proto.admin.v1.ListAclsRequest;
import dev.curia.proto.admin.v1.ListAclsResponse;
import dev.curia.proto.common.v1.AclEntry;
import dev.curia.proto.common.v1.AclMatch;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Creates and deletes entries of the access control. Each item of a request has its own outcome. Source: KIP-140. */
public final class AclDecisions {
    /** Of all entries together: an image is kept in memory by every node. */
    static final int MAX_ACLS = 100_000;

    /** In characters, of the name of a resource and of a principal. */
    static final int MAX_NAME = 1024;

    /** Of one request to delete: each is held against every entry. */
    static final int MAX_MATCHES = 1_000;

    private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F:.]{2,45}(%[\\w.-]{1,32})?");

    private AclDecisions() {}

    /** Those that are there already are no error. */
    public static Decision<CreateAclsResponse> create(MetadataImage image, CreateAclsRequest request) {
        Set<Acl> added = new HashSet<>();
        List<MetadataRecord> records = new ArrayList<>();
        List<Status> statuses = new ArrayList<>();
        int bytes = 0;
        for (AclEntry entry : request.getAclsList()) {
            Status status = check(image, entry);
            if (Statuses.isOk(status)) {
                Acl acl = AclMessages.acl(entry);
                MetadataRecord record = ImageRecords.aclRecord(acl);
                boolean isNew = !image.acls().contains(acl) && !added.contains(acl);
                if (isNew && image.acls().size() + added.size() >= MAX_ACLS) status = tooMany();
                else if (isNew && bytes + Records.bytes(record) > TopicDecisions.MAX_BATCH_BYTES) status = tooLarge();
                else if (isNew) {
                    added.add(acl);
                    records.add(record);
                    bytes += Records.bytes(record);
                }
            }
            statuses.add(status);
        }
        return new Decision<>(
                records,
                index -> CreateAclsResponse.newBuilder()
                        .addAllStatuses(statuses)
                        .setIndex(index)
                        .build());
    }

    public static Decision<DeleteAclsResponse> delete(MetadataImage image, DeleteAclsRequest request) {
        Set<Acl> removed = new HashSet<>();
        List<MetadataRecord> records = new ArrayList<>();
        List<DeletedAcls> results = new ArrayList<>();
        int bytes = 0;
        for (AclMatch match : request.getMatchesList()) {
            if (results.size() >= MAX_MATCHES) {
                results.add(failed(tooLarge()));
                continue;
            }
            List<Acl> fitting;
            try {
                AclFilter filter = AclMessages.filter(match);
                fitting = image.acls().all().stream().filter(filter).toList();
            } catch (IllegalArgumentException e) {
                results.add(failed(Statuses.error(ErrorCode.INVALID_REQUEST, "No such filter: " + e.getMessage())));
                continue;
            }
            List<MetadataRecord> removals = fitting.stream()
                    .filter(acl -> !removed.contains(acl))
                    .map(ImageRecords::aclRemovalRecord)
                    .toList();
            bytes += removals.stream().mapToInt(Records::bytes).sum();
            if (bytes > TopicDecisions.MAX_BATCH_BYTES) {
                results.add(failed(tooLarge()));
                continue;
            }
            removed.addAll(fitting);
            records.addAll(removals);
            results.add(DeletedAcls.newBuilder()
                    .addAllAcls(fitting.stream().map(AclMessages::entry).toList())
                    .build());
        }
        return new Decision<>(
                records,
                index -> DeleteAclsResponse.newBuilder()
                        .addAllResults(results)
                        .setIndex(index)
                        .build());
    }

    /** @throws IllegalArgumentException when it asks for what no entry can be */
    public static ListAclsResponse list(MetadataImage image, ListAclsRequest request) {
        AclFilter filter = AclMessages.filter(request.getMatch());
        return ListAclsResponse.newBuilder()
                .addAllAcls(image.acls().all().stream()
                        .filter(filter)
                        .map(AclMessages::entry)
                        .toList())
                .setIndex(image.index())
                .build();
    }

    private static Status check(MetadataImage image, AclEntry entry) {
        if (image.featureLevel(Features.METADATA_VERSION) < Features.ACCESS_RECORDS) {
            return Statuses.error(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "ACLs need feature " + Features.METADATA_VERSION + " at level " + Features.ACCESS_RECORDS
                            + ", it is at " + image.featureLevel(Features.METADATA_VERSION)
                            + ". Raise it when every node is of this version.");
        }
        try {
            return check(AclMessages.acl(entry));
        } catch (IllegalArgumentException e) {
            return refused("No such ACL: " + e.getMessage() + ".");
        }
    }

    private static Status check(Acl acl) {
        String name = acl.resource();
        String principal = acl.principal().toString();
        if (name.isEmpty()) return refused("The ACL names no resource; \"*\" is every one of the type.");
        if (name.length() > MAX_NAME || principal.length() > MAX_NAME) {
            return refused("A name in the ACL has " + Math.max(name.length(), principal.length())
                    + " characters; expected at most " + MAX_NAME + ".");
        }
        if (acl.type() == ResourceType.CLUSTER && !name.equals(ResourceType.THE_CLUSTER)) {
            return refused("There is no cluster '" + name + "'; the only valid name for the CLUSTER resource is "
                    + ResourceType.THE_CLUSTER + ".");
        }
        if (!acl.type().has(acl.operation())) {
            return refused("Operation " + acl.operation() + " does not exist for resources of type " + acl.type()
                    + "; expected ALL or one of " + acl.type().operations() + ".");
        }
        if (!acl.host().equals(Acl.WILDCARD) && !ADDRESS.matcher(acl.host()).matches()) {
            return refused("'" + acl.host() + "' is no host of an ACL; expected an IP address, or \"*\" for all.");
        }
        return Statuses.OK;
    }

    private static DeletedAcls failed(Status status) {
        return DeletedAcls.newBuilder().setStatus(status).build();
    }

    private static Status refused(String why) {
        return Statuses.error(ErrorCode.INVALID_REQUEST, why);
    }

    private static Status tooMany() {
        return Statuses.error(
                ErrorCode.POLICY_VIOLATION,
                "There are " + MAX_ACLS + " ACLs, which is the most; remove some, or cover several by a prefix.");
    }

    private static Status tooLarge() {
        return Statuses.error(
                ErrorCode.POLICY_VIOLATION,
                "The request changes more ACLs than one metadata batch can hold; use several requests.");
    }
}
