package dev.curia.common.security;

import java.util.Arrays;
import java.util.Optional;

/** What can be done to a resource. Kafka's names and numbers. */
public enum Operation {
    ALL(2),
    READ(3),
    WRITE(4),
    CREATE(5),
    DELETE(6),
    ALTER(7),
    DESCRIBE(8),
    CLUSTER_ACTION(9),
    DESCRIBE_CONFIGS(10),
    ALTER_CONFIGS(11),
    IDEMPOTENT_WRITE(12),
    CREATE_TOKENS(13),
    DESCRIBE_TOKENS(14),
    TWO_PHASE_COMMIT(15);

    private final int code;

    Operation(int code) {
        this.code = code;
    }

    public static Optional<Operation> of(int code) {
        return Arrays.stream(values())
                .filter(operation -> operation.code == code)
                .findFirst();
    }

    public int code() {
        return code;
    }

    /** Whether an entry for this operation is about the other: what a denial refuses. */
    public boolean covers(Operation other) {
        return this == ALL || this == other;
    }

    /** Whether who is allowed this is allowed the other: who may work with a thing may also look at it. */
    public boolean grants(Operation other) {
        return covers(other)
                || switch (other) {
                    case DESCRIBE -> this == READ || this == WRITE || this == DELETE || this == ALTER;
                    case DESCRIBE_CONFIGS -> this == ALTER_CONFIGS;
                    default -> false;
                };
    }
}
