package dev.curia.common.security;

import java.util.Arrays;
import java.util.Optional;

/** Kafka's names and numbers. A denial wins over whatever allows the same. */
public enum Permission {
    DENY(2),
    ALLOW(3);

    private final int code;

    Permission(int code) {
        this.code = code;
    }

    public static Optional<Permission> of(int code) {
        return Arrays.stream(values())
                .filter(permission -> permission.code == code)
                .findFirst();
    }

    public int code() {
        return code;
    }
}
