package dev.curia.metadata.image;

import dev.curia.proto.common.v1.ScramMechanism;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.ScramCredentialRecord;
import dev.curia.proto.metadata.v1.ScramCredentialRemovalRecord;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** The SCRAM credentials of all users: at most one for each user and mechanism. Immutable and structurally shared. */
public final class ScramCredentials {
    static final ScramCredentials NONE = new ScramCredentials(HashTreePMap.empty());

    final PMap<String, PMap<ScramMechanism, ScramCredential>> byUser; // none of them empty

    private ScramCredentials(PMap<String, PMap<ScramMechanism, ScramCredential>> byUser) {
        this.byUser = byUser;
    }

    /** Those that have any. */
    public Set<String> users() {
        return byUser.keySet();
    }

    /** Empty for a user that is not known. */
    public Map<ScramMechanism, ScramCredential> of(String user) {
        return byUser.getOrDefault(user, HashTreePMap.empty());
    }

    public Optional<ScramCredential> find(String user, ScramMechanism mechanism) {
        return Optional.ofNullable(of(user).get(mechanism));
    }

    ScramCredentials with(ScramCredentialRecord r) {
        PMap<ScramMechanism, ScramCredential> own = byUser.getOrDefault(r.getUser(), HashTreePMap.empty());
        ScramCredential credential =
                new ScramCredential(r.getIterations(), r.getSalt(), r.getStoredKey(), r.getServerKey());
        return new ScramCredentials(byUser.plus(r.getUser(), own.plus(r.getMechanism(), credential)));
    }

    ScramCredentials without(ScramCredentialRemovalRecord r) {
        PMap<ScramMechanism, ScramCredential> own = byUser.getOrDefault(r.getUser(), HashTreePMap.empty());
        PMap<ScramMechanism, ScramCredential> rest = own.minus(r.getMechanism());
        return new ScramCredentials(rest.isEmpty() ? byUser.minus(r.getUser()) : byUser.plus(r.getUser(), rest));
    }

    /** That set them all. */
    Stream<MetadataRecord> records() {
        return byUser.keySet().stream().flatMap(this::records);
    }

    /** That set those of this user. */
    Stream<MetadataRecord> records(String user) {
        return of(user).entrySet().stream().map(entry -> record(user, entry.getKey(), entry.getValue()));
    }

    public static MetadataRecord record(String user, ScramMechanism mechanism, ScramCredential credential) {
        return MetadataRecord.newBuilder()
                .setScramCredential(ScramCredentialRecord.newBuilder()
                        .setUser(user)
                        .setMechanism(mechanism)
                        .setIterations(credential.iterations())
                        .setSalt(credential.salt())
                        .setStoredKey(credential.storedKey())
                        .setServerKey(credential.serverKey()))
                .build();
    }

    public static MetadataRecord removalRecord(String user, ScramMechanism mechanism) {
        return MetadataRecord.newBuilder()
                .setScramCredentialRemoval(
                        ScramCredentialRemovalRecord.newBuilder().setUser(user).setMechanism(mechanism))
                .build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScramCredentials that && byUser.equals(that.byUser);
    }

    @Override
    public int hashCode() {
        return byUser.hashCode();
    }

    @Override
    public String toString() {
        return "ScramCredentials[users=" + byUser.size() + "]";
    }
}
