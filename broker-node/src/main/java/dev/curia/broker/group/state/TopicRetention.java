package dev.curia.broker.group.state;

/** How long topics keep their records, so that offsets are not forgotten before them. */
@FunctionalInterface
public interface TopicRetention {
    long FOR_EVER = Long.MAX_VALUE;

    /** How many milliseconds after it was written a record may still be there; 0: nothing is known of such a topic. */
    long keptMs(String topic);
}
