package dev.curia.common.security;

import java.util.Arrays;
import java.util.Optional;

/** How a pattern names resources (KIP-290). Kafka's names and numbers. */
public enum PatternType {
    /** The resource of that name; of the name {@link Acl#WILDCARD} all. */
    LITERAL(3),
    /** All whose names begin so. */
    PREFIXED(4);

    private final int code;

    PatternType(int code) {
        this.code = code;
    }

    public static Optional<PatternType> of(int code) {
        return Arrays.stream(values()).filter(type -> type.code == code).findFirst();
    }

    public int code() {
        return code;
    }
}
