package dev.curia.metadata.ratis;

import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;

/**
 * TLS between the voters. Whoever connects can add to the log or vote, so both sides must show a certificate of a node's.
 *
 * @param trust is asked by both sides; must take nodes only
 * @param ciphers empty: gRPC's own choice
 */
public record RaftTls(
        X509ExtendedKeyManager key, X509ExtendedTrustManager trust, List<String> protocols, List<String> ciphers) {

    GrpcTlsConfig config() {
        GrpcTlsConfig.Builder config = GrpcTlsConfig.newBuilder()
                .setKeyManager(key)
                .setTrustManager(trust)
                .setMutualTls(true)
                // As on all other ports; Ratis by itself takes the OpenSSL that it brings.
                .setSslProvider(SslProvider.JDK)
                .setProtocols(protocols);
        return (ciphers.isEmpty() ? config : config.setCipherSuites(ciphers)).build();
    }
}
