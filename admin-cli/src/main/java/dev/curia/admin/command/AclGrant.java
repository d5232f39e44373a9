package dev.curia.admin.command;

import dev.curia.common.security.Operation;
import dev.curia.common.security.Permission;
import dev.curia.common.security.Principal;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Who is allowed or denied what: the options that adding and removing share. */
final class AclGrant {
    /**
     * Somebody in it.
     *
     * @param hosts none: not said
     */
    record Party(Permission permission, Principal principal, List<String> hosts) {}

    @Option(
            names = "--allow-principal",
            paramLabel = "TYPE:NAME",
            converter = AclResources.PrincipalConverter.class,
            description = "Who is allowed, as in User:alice; User:* is everyone; may be repeated.")
    private List<Principal> allowed = List.of();

    @Option(
            names = "--deny-principal",
            paramLabel = "TYPE:NAME",
            converter = AclResources.PrincipalConverter.class,
            description = "Who is denied; goes before whatever allows the same; may be repeated.")
    private List<Principal> denied = List.of();

    @Option(names = "--allow-host", paramLabel = "ADDRESS", description = "From where, by IP address (default: all).")
    private List<String> allowHosts = List.of();

    @Option(names = "--deny-host", paramLabel = "ADDRESS", description = "The same for those who are denied.")
    private List<String> denyHosts = List.of();

    @Option(
            names = "--operation",
            paramLabel = "OPERATION",
            converter = AclResources.OperationConverter.class,
            description = "What, such as Read, Write, Describe or AlterConfigs; may be repeated (default: all).")
    private List<Operation> operations = List.of();

    @Option(
            names = "--producer",
            description =
                    "What a producer needs: Write, Describe and Create on topics, Write and Describe on transactional ids.")
    private boolean producer;

    @Option(names = "--consumer", description = "What a consumer needs: Read and Describe on topics, Read on groups.")
    private boolean consumer;

    List<Party> parties() {
        List<Party> parties = new ArrayList<>();
        allowed.forEach(principal -> parties.add(new Party(Permission.ALLOW, principal, allowHosts)));
        denied.forEach(principal -> parties.add(new Party(Permission.DENY, principal, denyHosts)));
        return parties;
    }

    /** None: not said. */
    List<Operation> operations() {
        return operations;
    }

    boolean producer() {
        return producer;
    }

    boolean consumer() {
        return consumer;
    }

    /** What is wrong with them together; empty: nothing. */
    String complaint(AclResources resources) {
        if ((producer || consumer) && !operations.isEmpty())
            return "--operation cannot be given with --producer or --consumer, which choose the operations.";
        if (producer
                && resources.topics().isEmpty()
                && resources.transactionalIds().isEmpty()) return "--producer needs --topic or --transactional-id.";
        if (consumer && resources.topics().isEmpty() && resources.groups().isEmpty())
            return "--consumer needs --topic or --group.";
        return "";
    }

    /** What there is to do with a resource of these options; none: not said. */
    List<Operation> operationsOn(AclResources.Resource resource) {
        if (!producer && !consumer) return operations;
        List<Operation> chosen = new ArrayList<>();
        switch (resource.type()) {
            case TOPIC -> {
                chosen.add(Operation.DESCRIBE);
                if (consumer) chosen.add(Operation.READ);
                if (producer) chosen.addAll(List.of(Operation.WRITE, Operation.CREATE));
            }
            case GROUP -> {
                if (consumer) chosen.add(Operation.READ);
            }
            case TRANSACTIONAL_ID -> {
                if (producer) chosen.addAll(List.of(Operation.WRITE, Operation.DESCRIBE));
            }
            default -> {}
        }
        return chosen;
    }

    /** Whether a resource is none of what a producer or consumer needs. */
    boolean skips(AclResources.Resource resource) {
        return (producer || consumer) && operationsOn(resource).isEmpty();
    }
}
