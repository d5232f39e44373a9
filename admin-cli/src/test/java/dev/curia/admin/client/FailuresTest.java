package dev.curia.admin.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void whoeverIsMetWithAResetIsToldThatItMayBeForTls() {
        Throwable reset = Status.UNAVAILABLE
                .withDescription("io exception") // gRPC's words
                .withCause(new IOException("Connection reset by peer"))
                .asRuntimeException();
        assertThat(Failures.reason(reset)).contains("closed the connection", "security.protocol=SSL");
    }
}
