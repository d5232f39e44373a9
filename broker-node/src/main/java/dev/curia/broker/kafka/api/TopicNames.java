package dev.curia.broker.kafka.api;

import java.util.regex.Pattern;

/** Kafka's rule for topic names. Pure. */
final class TopicNames {
    private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    private TopicNames() {}

    static boolean isValid(String name) {
        return LEGAL.matcher(name).matches() && !name.equals(".") && !name.equals("..");
    }
}
