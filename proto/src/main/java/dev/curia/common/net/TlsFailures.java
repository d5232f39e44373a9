package dev.curia.common.net;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What a failed connection says of TLS, to whom opened it. Pure. */
public final class TlsFailures {
    private TlsFailures() {}

    /**
     * In words that name the settings to look at; empty when it was not for TLS. The subject is the server.
     *
     * @param protocolSetting what says whether TLS is spoken with it
     */
    public static Optional<String> explain(Throwable failure, String protocolSetting) {
        Optional<String> certificate = find(failure, t -> ofCertificate(t));
        if (certificate.isPresent()) return certificate;
        return find(failure, t -> ofConnection(t, protocolSetting));
    }

    private interface Reading {
        @Nullable
        String read(Throwable t);
    }

    private static Optional<String> find(Throwable failure, Reading reading) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            String found = reading.read(t);
            if (found != null) return Optional.of(found);
        }
        return Optional.empty();
    }

    private static @Nullable String ofCertificate(Throwable t) {
        String message = String.valueOf(t.getMessage());
        if (t instanceof CertificateExpiredException) return "its certificate has expired (" + message + ")";
        if (t instanceof CertificateNotYetValidException) return "its certificate is not valid yet (" + message + ")";
        if (t instanceof CertPathBuilderException)
            return "its certificate is not signed by any of those in ssl.truststore.location";
        if (t instanceof java.security.cert.CertificateException && message.startsWith("No "))
            return "its certificate is for other names (" + message + "): use a name that it has, or give it this one";
        return null;
    }

    private static @Nullable String ofConnection(Throwable t, String protocolSetting) {
        String message = String.valueOf(t.getMessage());
        if (t.getClass().getSimpleName().equals("NotSslRecordException")
                || message.startsWith("Unsupported or unrecognized SSL message"))
            return "it does not speak TLS: see " + protocolSetting;
        if (message.contains("closed while performing TLS negotiation"))
            return "it does not speak TLS, or it went away: see " + protocolSetting;
        if (!(t instanceof SSLException)) return null;
        String alert = message.toLowerCase(Locale.ROOT);
        if (alert.contains("certificate_required"))
            return "it wants a certificate, and was shown none that it could take: see ssl.keystore.location";
        if (alert.contains("certificate_expired")) return "it found the certificate of ssl.keystore.location expired";
        if (alert.contains("bad_certificate") || alert.contains("certificate_unknown") || alert.contains("unknown_ca"))
            return "it wants a certificate, and does not take what ssl.keystore.location has: that has expired, or the"
                    + " server's own ssl.truststore.location does not have the signer";
        return "no TLS was agreed on with it (" + message + ")";
    }
}
