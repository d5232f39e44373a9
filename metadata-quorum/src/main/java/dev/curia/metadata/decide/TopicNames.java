package dev.curia.metadata.decide;

import java.util.Optional;
import java.util.regex.Pattern;

/** What a topic may be called: Kafka's rules, which keep names usable as directory and metric names. */
final class TopicNames {
    private static final int MAX_LENGTH = 249;
    private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9._-]+");

    private TopicNames() {}

    /** What is wrong with a name, if anything. */
    static Optional<String> complaint(String name) {
        if (name.isEmpty()) return Optional.of("The topic name is empty.");
        if (name.equals(".") || name.equals("..")) return Optional.of("A topic cannot be named '" + name + "'.");
        if (name.length() > MAX_LENGTH) {
            return Optional.of("The topic name has " + name.length() + " characters; at most " + MAX_LENGTH
                    + " are allowed: " + name.substring(0, 32) + "...");
        }
        if (!LEGAL.matcher(name).matches()) {
            return Optional.of(
                    "The topic name '" + name + "' has other characters than letters, digits, '.', '_' and '-'.");
        }
        return Optional.empty();
    }

    /** Equal for names that metrics could not tell apart. */
    static String collisionKey(String name) {
        return name.replace('.', '_');
    }
}
