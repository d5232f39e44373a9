package dev.curia.metadata.image;

/**
 * What a configuration override belongs to. Immutable.
 *
 * @param name a topic's name, a broker's id in decimal, or empty for the default of all brokers, a group's id, or a subscription's name
 */
public record ConfigResource(Type type, String name) {
    /** The kinds of things that can be configured at run time. */
    public enum Type {
        TOPIC,
        BROKER,
        CLIENT_METRICS,
        GROUP
    }

    public static ConfigResource topic(String name) {
        return new ConfigResource(Type.TOPIC, name);
    }

    public static ConfigResource broker(int id) {
        return new ConfigResource(Type.BROKER, Integer.toString(id));
    }

    public static ConfigResource group(String id) {
        return new ConfigResource(Type.GROUP, id);
    }

    public static ConfigResource clientMetrics(String name) {
        return new ConfigResource(Type.CLIENT_METRICS, name);
    }

    /** The default of all brokers. */
    public static ConfigResource brokers() {
        return new ConfigResource(Type.BROKER, "");
    }
}
