package dev.curia.broker.kafka.guard;

import java.util.function.Predicate;

/** Hears on whose behalf a group's expressions are matched. Thread-safe, does not block. */
public interface Subscriptions {
    /** @param mayDescribe which topics the member may see, of all that there are */
    void subscribes(String groupId, Predicate<String> mayDescribe);
}
