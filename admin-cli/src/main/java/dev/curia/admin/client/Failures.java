package dev.curia.admin.client;

import dev.curia.common.net.TlsFailures;
import dev.curia.proto.metadata.v1.ControllerHint;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what gRPC says of a failed call. Stateless. */
final class Failures {
    private static final Metadata.Key<ControllerHint> CONTROLLER_HINT =
            Metadata.Key.of("controller-hint-bin", ProtoUtils.metadataMarshaller(ControllerHint.getDefaultInstance()));

    private Failures() {}

    /** Where the answering node says the controller is. */
    static Optional<ControllerHint> controllerHint(Throwable failure) {
        Metadata trailers = Status.trailersFromThrowable(failure);
        return trailers == null ? Optional.empty() : Optional.ofNullable(trailers.get(CONTROLLER_HINT));
    }

    /** There was no connection to send it on. */
    static boolean neverSent(Throwable failure) {
        String reason = reason(failure);
        return reason.equals("connection refused") || reason.equals("unknown host") || reason.equals("cannot connect");
    }

    private static Optional<String> ofTls(Throwable failure) {
        return TlsFailures.explain(failure, "security.protocol in the profile");
    }

    /** In a few words, without the names of classes where it can be helped. */
    static String reason(Throwable failure) {
        for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof UnknownHostException || t instanceof UnresolvedAddressException) return "unknown host";
            if (t instanceof ConnectException && String.valueOf(t.getMessage()).contains("refused"))
                return "connection refused";
            if (t instanceof ConnectException) return "cannot connect";
        }
        Optional<String> tls = ofTls(failure);
        if (tls.isPresent()) return tls.get();
        Status status = Status.fromThrowable(failure);
        String description = status.getDescription();
        if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) return "no answer in time";
        if (description == null) return status.getCode().toString().toLowerCase(java.util.Locale.ROOT);
        // The last one when what was sent is met with a reset, before any answer is read.
        if (description.contains("HTTP/2")
                || description.contains("http2")
                || description.contains("Network closed")
                || description.equals("io exception"))
            return "what listens there does not speak gRPC (a Kafka, HTTP or TLS port?), or closed the connection; where servers"
                    + " speak TLS, the profile needs security.protocol=SSL";
        return description;
    }
}
