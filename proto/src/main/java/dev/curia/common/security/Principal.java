package dev.curia.common.security;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who asks, as Kafka names it: {@code User:alice}. Immutable.
 *
 * @param type {@code User} for everybody who connects
 * @param name as the credentials or the certificate have it; may contain colons
 */
public record Principal(String type, String name) {
    public static final String USER = "User";

    /** Whoever comes in where nobody is asked who he is. */
    public static final Principal ANONYMOUS = user("ANONYMOUS");

    public static Principal user(String name) {
        return new Principal(USER, name);
    }

    /** @throws IllegalArgumentException unless {@code text} is {@code type:name} */
    public static Principal parse(String text) {
        int colon = text.indexOf(':');
        if (colon <= 0 || colon == text.length() - 1) {
            throw new IllegalArgumentException("'" + text + "' is no principal: expected type:name, as in User:alice");
        }
        return new Principal(text.substring(0, colon), text.substring(colon + 1));
    }

    /** Those that are separated by semicolons, since names may have commas; perhaps none. */
    public static Set<Principal> parseAll(String text) {
        return Arrays.stream(text.split(";"))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .map(Principal::parse)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public String toString() {
        return type + ":" + name;
    }
}
