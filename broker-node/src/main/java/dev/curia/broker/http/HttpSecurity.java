package dev.curia.broker.http;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.curia.broker.security.PortKeys;
import dev.curia.broker.security.TlsContext;
import dev.curia.broker.security.TlsContext.ClientCertificates;
import dev.curia.broker.security.TlsMetrics;
import dev.curia.common.config.ConfigException;
import dev.curia.common.time.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * How the HTTP port is protected. Immutable; new connections are shown the newest certificate.
 *
 * @param tls empty: plaintext
 */
public record HttpSecurity(Optional<TlsContext> tls) {
    private static final String NAME = "http";

    public static final HttpSecurity PLAINTEXT = new HttpSecurity(Optional.empty());

    /** @throws ConfigException when something is missing or cannot be used */
    public static HttpSecurity of(Map<String, String> given, Clock clock, TlsMetrics metrics) {
        if (!PortKeys.HTTP_PROTOCOL.in(given).tls()) return PLAINTEXT;
        return new HttpSecurity(Optional.of(new TlsContext(NAME, PortKeys.ofHttp(given), clock, metrics)));
    }

    HttpServer bind(InetSocketAddress address) throws IOException {
        if (tls.isEmpty()) return HttpServer.create(address, 0);
        HttpsServer server = HttpsServer.create(address, 0);
        server.setHttpsConfigurator(new Configurator(tls.get()));
        return server;
    }

    private static final class Configurator extends HttpsConfigurator {
        private final TlsContext tls;

        Configurator(TlsContext tls) throws IOException {
            super(context(tls));
            this.tls = tls;
        }

        @Override
        public void configure(HttpsParameters connection) {
            SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
            parameters.setProtocols(tls.protocols().toArray(String[]::new));
            if (!tls.ciphers().isEmpty())
                parameters.setCipherSuites(tls.ciphers().toArray(String[]::new));
            ClientCertificates wanted = tls.clientCertificates();
            if (wanted == ClientCertificates.REQUESTED) parameters.setWantClientAuth(true);
            if (wanted == ClientCertificates.REQUIRED) parameters.setNeedClientAuth(true);
            connection.setSSLParameters(parameters);
        }
    }

    private static SSLContext context(TlsContext tls) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {tls.key()}, new TrustManager[] {tls.trust()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS of the HTTP port cannot be used: " + e.getMessage(), e);
        }
    }
}
