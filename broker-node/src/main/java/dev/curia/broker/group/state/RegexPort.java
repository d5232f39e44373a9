package dev.curia.broker.group.state;

import java.util.Set;

/** Finds the topics that expressions match, elsewhere, since that may take long; comes back as {@link GroupShard#regexesResolved}. */
public interface RegexPort {
    /** @throws IllegalArgumentException when it is no expression that is served; says why */
    void check(String expression);

    /** One call for a group at a time. */
    void resolve(String groupId, Set<String> expressions);
}
