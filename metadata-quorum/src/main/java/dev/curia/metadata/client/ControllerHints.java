package dev.curia.metadata.client;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.curia.common.net.HostPort;
import dev.curia.proto.metadata.v1.ControllerHint;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The trailer by which a node that is not the active controller says who is. */
public final class ControllerHints {
    /** Carries a serialized {@link ControllerHint}. */
    public static final Metadata.Key<byte[]> KEY =
            Metadata.Key.of("controller-hint-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private ControllerHints() {}

    /** Trailers with a hint to {@code address}; without one when it is not known. */
    public static Metadata trailers(int nodeId, Optional<HostPort> address) {
        ControllerHint.Builder hint = ControllerHint.newBuilder().setNodeId(nodeId);
        address.ifPresent(at -> hint.setHost(at.host()).setPort(at.port()));
        Metadata trailers = new Metadata();
        trailers.put(KEY, hint.build().toByteArray());
        return trailers;
    }

    /** Whether the answering server said that it is not the active controller: nothing happened. */
    static boolean present(Throwable failure) {
        return bytes(failure) != null;
    }

    /** Where the active controller is, if the failure says so. */
    static Optional<HostPort> of(Throwable failure) {
        byte[] bytes = bytes(failure);
        if (bytes == null) return Optional.empty();
        try {
            ControllerHint hint = ControllerHint.parseFrom(bytes);
            return hint.getHost().isEmpty()
                    ? Optional.empty()
                    : Optional.of(new HostPort(hint.getHost(), hint.getPort()));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            return Optional.empty(); // a hint that says nothing; the caller looks on
        }
    }

    private static byte @Nullable [] bytes(Throwable failure) {
        Metadata trailers = Status.trailersFromThrowable(failure);
        return trailers == null ? null : trailers.get(KEY);
    }
}
