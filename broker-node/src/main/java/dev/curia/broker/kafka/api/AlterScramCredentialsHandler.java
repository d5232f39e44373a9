package dev.curia.broker.kafka.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.curia.broker.kafka.codec.Codes;
import dev.curia.proto.admin.v1.AlterScramCredentialsRequest;
import dev.curia.proto.admin.v1.AlterScramCredentialsResponse;
import dev.curia.proto.admin.v1.ScramDeletion;
import dev.curia.proto.admin.v1.ScramUpsertion;
import dev.curia.proto.common.v1.ScramMechanism;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AlterUserScramCredentialsRequest;
import org.apache.kafka.common.requests.AlterUserScramCredentialsResponse;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;

/**
 * Sets and removes SCRAM credentials (KIP-554). A client sends salted passwords, which are as good as passwords to it; only the keys that
 * follow from them leave this handler.
 */
final class AlterScramCredentialsHandler implements RequestHandler<AlterUserScramCredentialsRequest> {
    /** The request carries no time of its own; a client waits 30 s by default. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final ScramAdmin admin;

    AlterScramCredentialsHandler(ScramAdmin admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ALTER_USER_SCRAM_CREDENTIALS;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 0;
    }

    @Override
    public CompletionStage<AlterUserScramCredentialsResponse> handle(
            RequestContext context, AlterUserScramCredentialsRequest request) {
        return admin.alterScramCredentials(toProto(request.data()), TIMEOUT)
                .thenApply(AlterScramCredentialsHandler::answer);
    }

    private static AlterScramCredentialsRequest toProto(AlterUserScramCredentialsRequestData data) {
        AlterScramCredentialsRequest.Builder request = AlterScramCredentialsRequest.newBuilder();
        data.deletions()
                .forEach(deletion -> request.addDeletions(ScramDeletion.newBuilder()
                        .setUser(deletion.name())
                        .setMechanism(mechanism(deletion.mechanism()))));
        data.upsertions().forEach(upsertion -> request.addUpsertions(toProto(upsertion)));
        return request.build();
    }

    /** Without keys when none follow from what was sent; the controller says what is wrong with it. */
    private static ScramUpsertion toProto(ScramCredentialUpsertion data) {
        ScramMechanism mechanism = mechanism(data.mechanism());
        ScramUpsertion.Builder upsertion = ScramUpsertion.newBuilder()
                .setUser(data.name())
                .setMechanism(mechanism)
                .setIterations(data.iterations())
                .setSalt(ByteString.copyFrom(data.salt()));
        byte[] saltedPassword = data.saltedPassword();
        if (mechanism == ScramMechanism.SCRAM_UNKNOWN || saltedPassword.length == 0) return upsertion.build();
        try {
            ScramFormatter formatter = new ScramFormatter(Codes.scram(mechanism));
            return upsertion
                    .setStoredKey(wrap(formatter.storedKey(formatter.clientKey(saltedPassword))))
                    .setServerKey(wrap(formatter.serverKey(saltedPassword)))
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot compute " + mechanism, e);
        }
    }

    private static ScramMechanism mechanism(byte number) {
        return Objects.requireNonNullElse(ScramMechanism.forNumber(number), ScramMechanism.SCRAM_UNKNOWN);
    }

    private static ByteString wrap(byte[] bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes);
    }

    private static AlterUserScramCredentialsResponse answer(AlterScramCredentialsResponse response) {
        return new AlterUserScramCredentialsResponse(new AlterUserScramCredentialsResponseData()
                .setResults(response.getResultsList().stream()
                        .map(altered -> new AlterUserScramCredentialsResult()
                                .setUser(altered.getUser())
                                .setErrorCode(Codes.number(altered.getStatus().getCode()))
                                .setErrorMessage(
                                        altered.getStatus().getMessage().isEmpty()
                                                ? null
                                                : altered.getStatus().getMessage()))
                        .toList()));
    }
}
