package dev.curia.admin.command;

import dev.curia.common.security.Operation;
import dev.curia.common.security.Principal;
import dev.curia.common.security.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which resources a command on ACLs is about: the options that all of them share. */
final class AclResources {
    /** How a name means resources, with Kafka's number. */
    enum Pattern {
        LITERAL(3),
        PREFIXED(4),
        ANY(1),
        MATCH(2);

        private final int code;

        Pattern(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    /** One of them. */
    record Resource(ResourceType type, String name) {}

    @Option(names = "--topic", paramLabel = "NAME", description = "A topic, or '*' for all; may be repeated.")
    private List<String> topics = List.of();

    @Option(names = "--group", paramLabel = "NAME", description = "A group, or '*' for all; may be repeated.")
    private List<String> groups = List.of();

    @Option(names = "--cluster", description = "The cluster itself.")
    private boolean cluster;

    @Option(
            names = "--transactional-id",
            paramLabel = "ID",
            description = "A transactional id, or '*' for all; may be repeated.")
    private List<String> transactionalIds = List.of();

    @Option(
            names = "--resource-pattern-type",
            paramLabel = "TYPE",
            defaultValue = "LITERAL",
            description = "What the names mean: literal, prefixed (all names that begin so); to list and remove also"
                    + " match (all patterns that the name is in) and any (default: literal).")
    private Pattern pattern = Pattern.LITERAL;

    List<String> topics() {
        return topics;
    }

    List<String> groups() {
        return groups;
    }

    List<String> transactionalIds() {
        return transactionalIds;
    }

    Pattern pattern() {
        return pattern;
    }

    /** All that are named. */
    List<Resource> all() {
        List<Resource> all = new ArrayList<>();
        topics.forEach(name -> all.add(new Resource(ResourceType.TOPIC, name)));
        groups.forEach(name -> all.add(new Resource(ResourceType.GROUP, name)));
        if (cluster) all.add(new Resource(ResourceType.CLUSTER, ResourceType.THE_CLUSTER));
        transactionalIds.forEach(id -> all.add(new Resource(ResourceType.TRANSACTIONAL_ID, id)));
        return all;
    }

    /** For options of this type. */
    static final class PrincipalConverter implements ITypeConverter<Principal> {
        @Override
        public Principal convert(String text) {
            try {
                return Principal.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** Reads names as kafka-acls writes them, too: DescribeConfigs, describe-configs, DESCRIBE_CONFIGS. */
    static final class OperationConverter implements ITypeConverter<Operation> {
        @Override
        public Operation convert(String text) {
            String wanted = plain(text);
            for (Operation operation : Operation.values()) {
                if (plain(operation.name()).equals(wanted)) return operation;
            }
            throw new TypeConversionException(
                    "'" + text + "' is no operation; expected one of " + List.of(Operation.values()));
        }

        private static String plain(String name) {
            return name.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
        }
    }
}
