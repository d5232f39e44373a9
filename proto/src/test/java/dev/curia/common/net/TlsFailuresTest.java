package dev.curia.common.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class TlsFailuresTest {
    private static String said(Throwable cause) {
        Throwable failure = Status.UNAVAILABLE
                .withDescription("io exception")
                .withCause(cause)
                .asRuntimeException();
        return TlsFailures.explain(failure, "its.protocol").orElse("nothing");
    }

    private static Throwable handshake(Throwable cause) {
        return new SSLHandshakeException("(certificate_unknown) " + cause.getMessage()).initCause(cause);
    }

    @Test
    void whatIsWrongWithACertificateGoesBeforeWhatBecameOfTheConnection() {
        assertThat(said(handshake(new CertPathBuilderException("no path")))).contains("ssl.truststore.location");
        assertThat(said(handshake(new CertificateExpiredException("NotAfter: then"))))
                .contains("has expired", "NotAfter: then");
        assertThat(said(handshake(new CertificateException("No name matching there found"))))
                .contains("other names", "there");
    }

    @Test
    void whatTheServerDidNotLikeIsTold() {
        assertThat(said(new SSLHandshakeException("Received fatal alert: certificate_required")))
                .contains("wants a certificate", "ssl.keystore.location");
        assertThat(said(new SSLHandshakeException("Received fatal alert: certificate_expired")))
                .contains("ssl.keystore.location", "expired");
        assertThat(said(new SSLHandshakeException("Received fatal alert: bad_certificate")))
                .contains("ssl.keystore.location", "have the signer");
        assertThat(said(new SSLException("no cipher suites in common"))).contains("no cipher suites in common");
    }

    @Test
    void whoSpeaksNoTlsIsTold() {
        Throwable closed = Status.UNAVAILABLE
                .withDescription("Connection closed while performing TLS negotiation")
                .asRuntimeException();
        assertThat(TlsFailures.explain(closed, "its.protocol"))
                .hasValueSatisfying(why -> assertThat(why).contains("does not speak TLS", "its.protocol"));
    }

    @Test
    void otherFailuresAreNotOfTls() {
        assertThat(said(new IOException("Connection reset"))).isEqualTo("nothing");
    }
}
