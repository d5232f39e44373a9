package dev.curia.broker.security;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Always the newest trust, and one more condition, for servers and channels that are made once. Thread-safe. */
final class LiveTrustManager extends X509ExtendedTrustManager {
    /** What else is asked of a certificate that is trusted. */
    interface Condition {
        void check(X509Certificate trusted) throws CertificateException;
    }

    private final Supplier<X509ExtendedTrustManager> newest;
    private final Condition condition;

    LiveTrustManager(Supplier<X509ExtendedTrustManager> newest, Condition condition) {
        this.newest = newest;
        this.condition = condition;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        newest.get().checkClientTrusted(chain, authType);
        condition.check(chain[0]);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        newest.get().checkClientTrusted(chain, authType, socket);
        condition.check(chain[0]);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        newest.get().checkClientTrusted(chain, authType, engine);
        condition.check(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        newest.get().checkServerTrusted(chain, authType);
        condition.check(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        newest.get().checkServerTrusted(chain, authType, socket);
        condition.check(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        newest.get().checkServerTrusted(chain, authType, engine);
        condition.check(chain[0]);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return newest.get().getAcceptedIssuers();
    }
}
