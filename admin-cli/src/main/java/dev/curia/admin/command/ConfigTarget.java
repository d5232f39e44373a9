package dev.curia.admin.command;

import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.broker.v1.DescribeConfigsRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whose settings are meant. In the words of kafka-configs, long and short. */
final class ConfigTarget {
    @Option(names = "--topic", paramLabel = "TOPIC", description = "Of this topic.")
    private @Nullable String topic;

    @Option(names = "--broker", paramLabel = "BROKER", description = "Of this broker, by its id.")
    private @Nullable Integer broker;

    @Option(names = "--broker-defaults", description = "What is set for all brokers at once.")
    private boolean brokerDefaults;

    @Option(names = "--group", paramLabel = "GROUP", description = "Of this group, whether it exists or not.")
    private @Nullable String group;

    @Option(names = "--client-metrics", paramLabel = "NAME", description = "Of this subscription to clients' metrics.")
    private @Nullable String clientMetrics;

    @Option(
            names = "--entity-type",
            paramLabel = "TYPE",
            description =
                    "The same in long: topics, brokers, groups or client-metrics, with --entity-name or --entity-default.")
    private @Nullable String entityType;

    @Option(names = "--entity-name", paramLabel = "NAME", description = "Its name, or a broker's id.")
    private @Nullable String entityName;

    @Option(names = "--entity-default", description = "With --entity-type brokers: all brokers at once.")
    private boolean entityDefault;

    /** The kinds of things that have settings; the names are those of kafka-configs. */
    enum Kind {
        TOPICS,
        BROKERS,
        GROUPS,
        CLIENT_METRICS;

        String title() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** @param name of brokers the id; empty: all of them */
    record Target(Kind kind, String name) {
        String title() {
            return switch (kind) {
                case TOPICS -> "topic " + name;
                case BROKERS -> name.isEmpty() ? "all brokers" : "broker " + name;
                case GROUPS -> "group " + name;
                case CLIENT_METRICS -> "client metrics " + name;
            };
        }

        /** As an option of this command. */
        String option() {
            return switch (kind) {
                case TOPICS -> "--topic " + name;
                case BROKERS -> name.isEmpty() ? "--broker-defaults" : "--broker " + name;
                case GROUPS -> "--group " + name;
                case CLIENT_METRICS -> "--client-metrics " + name;
            };
        }

        ConfigAlteration.Builder alteration() {
            ConfigAlteration.Builder alteration = ConfigAlteration.newBuilder();
            return switch (kind) {
                case TOPICS -> alteration.setTopic(name);
                case BROKERS -> alteration.setBroker(name);
                case GROUPS -> alteration.setGroup(name);
                case CLIENT_METRICS -> alteration.setClientMetrics(name);
            };
        }

        DescribeConfigsRequest request() {
            DescribeConfigsRequest.Builder request = DescribeConfigsRequest.newBuilder();
            return switch (kind) {
                case TOPICS -> request.setTopic(name).build();
                case BROKERS -> request.setBroker(name).build();
                case GROUPS -> request.setGroup(name).build();
                case CLIENT_METRICS -> request.setClientMetrics(name).build();
            };
        }
    }

    /** Ends the command with an explanation unless just one is named. */
    Target in(CuriaCommand curia) {
        List<Target> named = new ArrayList<>();
        if (topic != null) named.add(new Target(Kind.TOPICS, topic));
        if (broker != null) named.add(new Target(Kind.BROKERS, broker.toString()));
        if (brokerDefaults) named.add(new Target(Kind.BROKERS, ""));
        if (group != null) named.add(new Target(Kind.GROUPS, group));
        if (clientMetrics != null) named.add(new Target(Kind.CLIENT_METRICS, clientMetrics));
        if (entityType != null) named.add(entity(curia, entityType));
        else if (entityName != null || entityDefault) throw curia.usage("Expected --entity-type as well.");
        if (named.size() != 1) {
            throw curia.usage("Expected one of --topic TOPIC, --broker BROKER, --broker-defaults, --group GROUP,"
                    + " --client-metrics NAME" + (named.isEmpty() ? "." : ", not several."));
        }
        return named.get(0);
    }

    private Target entity(CuriaCommand curia, String type) {
        Kind kind = kind(curia, "--entity-type", type);
        if (entityDefault) {
            if (kind == Kind.BROKERS && entityName == null) return new Target(kind, "");
            throw curia.usage("--entity-default is for --entity-type brokers, without --entity-name.");
        }
        if (entityName == null) throw curia.usage("Expected --entity-name NAME with --entity-type " + type + ".");
        return new Target(kind, entityName);
    }

    static Kind kind(CuriaCommand curia, String option, String text) {
        for (Kind kind : Kind.values()) if (kind.title().equals(text)) return kind;
        throw curia.usage("Invalid value '" + text + "' for option '" + option
                + "': expected topics, brokers, groups or client-metrics.");
    }
}
