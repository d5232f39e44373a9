package dev.curia.admin.command;

import dev.curia.common.text.Json;
import dev.curia.proto.common.v1.QuotaEntity;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whose quotas a command is about: the same options everywhere. */
final class QuotaOptions {
    private static final String DEFAULT = "";

    @Option(names = "--user", paramLabel = "NAME", description = "A user, as authenticated.")
    private @Nullable String user;

    @Option(names = "--user-default", description = "Each user that has no quota of its own.")
    private boolean anyUser;

    @Option(names = "--client-id", paramLabel = "ID", description = "A client, as it calls itself; may go with a user.")
    private @Nullable String clientId;

    @Option(
            names = "--client-id-default",
            description = "Each client that has no quota of its own; may go with a user.")
    private boolean anyClientId;

    @Option(names = "--ip", paramLabel = "ADDRESS", description = "An address or host; for connection_creation_rate.")
    private @Nullable String ip;

    @Option(names = "--ip-default", description = "Each address that has no quota of its own.")
    private boolean anyIp;

    /** What is given; nothing where nothing is. */
    QuotaEntity given(CuriaCommand curia) {
        QuotaEntity.Builder entity = QuotaEntity.newBuilder();
        String ofUser = name(curia, "--user", user, anyUser);
        if (ofUser != null) entity.setUser(ofUser);
        String ofClient = name(curia, "--client-id", clientId, anyClientId);
        if (ofClient != null) entity.setClientId(ofClient);
        String ofAddress = name(curia, "--ip", ip, anyIp);
        if (ofAddress != null) entity.setIp(ofAddress);
        if (entity.hasIp() && (entity.hasUser() || entity.hasClientId()))
            throw curia.usage("An address has quotas of its own: give --ip without --user and --client-id.");
        return entity.build();
    }

    /** One of those who can have quotas. */
    QuotaEntity required(CuriaCommand curia) {
        QuotaEntity entity = given(curia);
        if (entity.equals(QuotaEntity.getDefaultInstance())) {
            throw curia.usage("Whose quotas? Give --user, --client-id, both, or --ip; or one of --user-default,"
                    + " --client-id-default and --ip-default.");
        }
        return entity;
    }

    private static @Nullable String name(CuriaCommand curia, String option, @Nullable String name, boolean any) {
        if (name == null) return any ? DEFAULT : null;
        if (any) throw curia.usage("Give either " + option + " or " + option + "-default.");
        if (name.isEmpty()) throw curia.usage(option + " is empty; expected a name, or " + option + "-default.");
        return name;
    }

    /** For people. */
    static String describe(QuotaEntity entity) {
        StringBuilder text = new StringBuilder();
        if (entity.hasUser()) text.append("user ").append(shown(entity.getUser()));
        if (entity.hasClientId()) {
            if (entity.hasUser()) text.append(" with ");
            text.append("client id ").append(shown(entity.getClientId()));
        }
        if (entity.hasIp()) text.append("address ").append(shown(entity.getIp()));
        return text.toString();
    }

    static String shown(String name) {
        return name.equals(DEFAULT) ? "<default>" : name;
    }

    /** Null is a default; what does not matter is left out. */
    static Json.Obj toJson(QuotaEntity entity) {
        Json.Obj json = Json.object();
        if (entity.hasUser()) json.put("user", orNull(entity.getUser()));
        if (entity.hasClientId()) json.put("clientId", orNull(entity.getClientId()));
        if (entity.hasIp()) json.put("ip", orNull(entity.getIp()));
        return json;
    }

    private static @Nullable String orNull(String name) {
        return name.equals(DEFAULT) ? null : name;
    }
}
