package dev.curia.broker.kafka.api;

import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/**
 * What a client may do with a resource, as the bits that answers carry: one for each operation, by its number (KIP-430). Nobody is refused
 * anything, so all that there is for the resource. Pure.
 */
public final class AuthorizedOperations {
    public static final int TOPIC = bits(List.of(
            AclOperation.READ,
            AclOperation.WRITE,
            AclOperation.CREATE,
            AclOperation.DELETE,
            AclOperation.ALTER,
            AclOperation.DESCRIBE,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS));
    public static final int GROUP = bits(List.of(
            AclOperation.READ,
            AclOperation.DELETE,
            AclOperation.DESCRIBE,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS));
    public static final int CLUSTER = bits(List.of(
            AclOperation.CREATE,
            AclOperation.ALTER,
            AclOperation.DESCRIBE,
            AclOperation.CLUSTER_ACTION,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS,
            AclOperation.IDEMPOTENT_WRITE));

    /** Not asked for. */
    private static final int NOT_SAID = Integer.MIN_VALUE;

    private AuthorizedOperations() {}

    /** @param operations of the resource; answered only when the client asked */
    public static int when(boolean asked, int operations) {
        return asked ? operations : NOT_SAID;
    }

    private static int bits(List<AclOperation> operations) {
        return operations.stream().mapToInt(operation -> 1 << operation.code()).reduce(0, (a, b) -> a | b);
    }
}
