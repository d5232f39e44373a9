package dev.curia.broker.security;

import com.google.protobuf.ByteString;
import dev.curia.metadata.decide.ScramDecisions;
import dev.curia.proto.admin.v1.ScramUpsertion;
import dev.curia.proto.common.v1.ScramMechanism;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;

/**
 * A user that a cluster begins with, as {@code kafka-storage} takes it: {@code SCRAM-SHA-256=[name=alice,password=secret]}, or
 * {@code saltedpassword} and {@code salt} in base 64 instead of the password; {@code iterations} if not 4096. Pure but for its randomness.
 */
public final class ScramUser {
    private static final Pattern WHOLE = Pattern.compile("(SCRAM-SHA-256|SCRAM-SHA-512)=\\[(.*)]");
    private static final Pattern ITEM = Pattern.compile("(\\w+)=(?:\"([^\"]*)\"|([^,\"]*))(?:,|$)");
    private static final String EXPECTED =
            "expected SCRAM-SHA-256=[name=NAME,password=PASSWORD], or SCRAM-SHA-512=[...]";
    private static final int SALT_BYTES = 24;

    private ScramUser() {}

    /** @throws IllegalArgumentException when the text is not such a user; its message holds no password */
    public static ScramUpsertion parse(String text, SecureRandom random) {
        Matcher whole = WHOLE.matcher(text);
        if (!whole.matches()) throw new IllegalArgumentException(EXPECTED);
        Map<String, String> items = items(whole.group(2));
        String name = items.getOrDefault("name", "");
        if (name.isEmpty()) throw new IllegalArgumentException("no name; " + EXPECTED);
        int iterations = iterations(items.getOrDefault("iterations", Integer.toString(ScramDecisions.MIN_ITERATIONS)));
        boolean salted = items.containsKey("saltedpassword");
        if (salted == items.containsKey("password") || salted != items.containsKey("salt")) {
            throw new IllegalArgumentException("user " + name + " needs a password, or a saltedpassword with its salt");
        }
        String mechanism = whole.group(1);
        byte[] salt = new byte[SALT_BYTES];
        if (salted) salt = base64(items, "salt", name);
        else random.nextBytes(salt);
        try {
            ScramFormatter formatter = new ScramFormatter(
                    org.apache.kafka.common.security.scram.internals.ScramMechanism.forMechanismName(mechanism));
            byte[] saltedPassword = salted
                    ? base64(items, "saltedpassword", name)
                    : formatter.saltedPassword(items.getOrDefault("password", ""), salt, iterations);
            return ScramUpsertion.newBuilder()
                    .setUser(name)
                    .setMechanism(
                            mechanism.equals(SaslMechanisms.SCRAM_SHA_256)
                                    ? ScramMechanism.SCRAM_SHA_256
                                    : ScramMechanism.SCRAM_SHA_512)
                    .setIterations(iterations)
                    .setSalt(ByteString.copyFrom(salt))
                    .setStoredKey(ByteString.copyFrom(formatter.storedKey(formatter.clientKey(saltedPassword))))
                    .setServerKey(ByteString.copyFrom(formatter.serverKey(saltedPassword)))
                    .build();
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IllegalArgumentException("the password of user " + name + " is empty, or cannot be hashed");
        }
    }

    private static Map<String, String> items(String text) {
        Map<String, String> items = new HashMap<>();
        Matcher item = ITEM.matcher(text);
        int end = 0;
        while (end < text.length() && item.find(end) && item.start() == end) {
            items.put(item.group(1), item.group(2) != null ? item.group(2) : item.group(3));
            end = item.end();
        }
        if (end != text.length()) throw new IllegalArgumentException(EXPECTED);
        return items;
    }

    private static int iterations(String text) {
        try {
            int iterations = Integer.parseInt(text);
            if (iterations >= ScramDecisions.MIN_ITERATIONS && iterations <= ScramDecisions.MAX_ITERATIONS) {
                return iterations;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("iterations '" + text + "': expected " + ScramDecisions.MIN_ITERATIONS
                + " to " + ScramDecisions.MAX_ITERATIONS);
    }

    private static byte[] base64(Map<String, String> items, String key, String name) {
        try {
            byte[] bytes = Base64.getDecoder().decode(items.getOrDefault(key, ""));
            if (bytes.length > 0) return bytes;
        } catch (IllegalArgumentException e) {
            // said below, without the value
        }
        throw new IllegalArgumentException("the " + key + " of user " + name + " is not base 64");
    }
}
