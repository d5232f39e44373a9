package dev.curia.common.security;

import static dev.curia.common.security.Operation.ALL;
import static dev.curia.common.security.Operation.ALTER;
import static dev.curia.common.security.Operation.ALTER_CONFIGS;
import static dev.curia.common.security.Operation.CLUSTER_ACTION;
import static dev.curia.common.security.Operation.CREATE;
import static dev.curia.common.security.Operation.CREATE_TOKENS;
import static dev.curia.common.security.Operation.DELETE;
import static dev.curia.common.security.Operation.DESCRIBE;
import static dev.curia.common.security.Operation.DESCRIBE_CONFIGS;
import static dev.curia.common.security.Operation.DESCRIBE_TOKENS;
import static dev.curia.common.security.Operation.IDEMPOTENT_WRITE;
import static dev.curia.common.security.Operation.READ;
import static dev.curia.common.security.Operation.TWO_PHASE_COMMIT;
import static dev.curia.common.security.Operation.WRITE;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The kinds of things that access is granted to, with what can be done to each. Kafka's names and numbers. */
public enum ResourceType {
    TOPIC(2, READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS),
    GROUP(3, READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS),
    CLUSTER(4, CREATE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE),
    TRANSACTIONAL_ID(5, WRITE, DESCRIBE, TWO_PHASE_COMMIT),
    DELEGATION_TOKEN(6, DESCRIBE),
    USER(7, CREATE_TOKENS, DESCRIBE_TOKENS);

    /** The only resource of type {@link #CLUSTER}. */
    public static final String THE_CLUSTER = "kafka-cluster";

    private final int code;

    @SuppressWarnings("ImmutableEnumChecker") // nobody else has it
    private final Set<Operation> operations;

    ResourceType(int code, Operation first, Operation... others) {
        this.code = code;
        this.operations = EnumSet.of(first, others);
    }

    public static Optional<ResourceType> of(int code) {
        return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
    }

    public int code() {
        return code;
    }

    /** Without {@link Operation#ALL}, which stands for them. */
    public Set<Operation> operations() {
        return EnumSet.copyOf(operations);
    }

    public boolean has(Operation operation) {
        return operation == ALL || operations.contains(operation);
    }
}
