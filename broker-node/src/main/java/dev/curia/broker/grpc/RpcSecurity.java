package dev.curia.broker.grpc;

import dev.curia.broker.security.NodeCertificates;
import dev.curia.broker.security.PortKeys;
import dev.curia.broker.security.TlsContext;
import dev.curia.broker.security.TlsContext.ClientCertificates;
import dev.curia.broker.security.TlsKeys;
import dev.curia.broker.security.TlsMetrics;
import dev.curia.common.config.ConfigException;
import dev.curia.common.time.Clock;
import dev.curia.metadata.access.PortSecurity;
import dev.curia.metadata.ratis.RaftTls;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettySslContextChannelCredentials;
import io.grpc.netty.NettySslContextServerCredentials;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * How the ports are protected that nodes meet on. Immutable; what it hands out uses the newest key and trust at each new connection.
 *
 * @param tls empty: plaintext
 * @param channels for what a node opens to another
 * @param port for what a node serves over gRPC
 * @param raft for the voters among themselves
 */
public record RpcSecurity(
        Optional<TlsContext> tls, ChannelCredentials channels, PortSecurity port, Optional<RaftTls> raft) {
    private static final String NAME = "rpc";

    // A connection that takes up an old session is not asked for certificates again, so that what was trusted once
    // would be for a day.
    private static final int SESSION_SECONDS = 1;

    /**
     * As the settings say.
     *
     * @throws ConfigException when something is missing or cannot be used
     */
    public static RpcSecurity of(Map<String, String> given, Clock clock, TlsMetrics metrics) {
        if (!PortKeys.RPC_PROTOCOL.in(given).tls()) {
            return new RpcSecurity(
                    Optional.empty(), InsecureChannelCredentials.create(), PortSecurity.plaintext(), Optional.empty());
        }
        Map<String, String> settings = PortKeys.ofRpc(given);
        if (TlsKeys.TRUSTSTORE_LOCATION.in(settings).isEmpty()
                && TlsKeys.TRUSTSTORE_CERTIFICATES.in(settings).isEmpty()) {
            throw new ConfigException("Setting rpc." + TlsKeys.TRUSTSTORE_LOCATION.name() + " or "
                    + TlsKeys.TRUSTSTORE_LOCATION.name() + " is missing, which " + PortKeys.RPC_PROTOCOL.name()
                    + "=SSL needs: the certificates that sign those of nodes and administrators.");
        }
        TlsContext tls = new TlsContext(NAME, settings, clock, metrics);
        NodeCertificates nodes = new NodeCertificates(tls, given);
        return new RpcSecurity(
                Optional.of(tls),
                channels(tls),
                PortSecurity.tls(ServerHandshakes.watched(server(tls), tls::handshakeFailed), nodes),
                Optional.of(new RaftTls(tls.key(), nodes.onlyNodes(), tls.protocols(), tls.ciphers())));
    }

    private static ChannelCredentials channels(TlsContext tls) {
        return NettySslContextChannelCredentials.create(
                build(SslContextBuilder.forClient().keyManager(tls.key()), tls));
    }

    private static ServerCredentials server(TlsContext tls) {
        boolean required = tls.clientCertificates() == ClientCertificates.REQUIRED;
        return NettySslContextServerCredentials.create(build(
                SslContextBuilder.forServer(tls.key()).clientAuth(required ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL),
                tls));
    }

    private static SslContext build(SslContextBuilder builder, TlsContext tls) {
        GrpcSslContexts.configure(builder, SslProvider.JDK)
                .trustManager(tls.trust())
                .protocols(tls.protocols())
                .sessionTimeout(SESSION_SECONDS);
        if (!tls.ciphers().isEmpty()) builder.ciphers(tls.ciphers());
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new ConfigException("TLS of the gRPC ports cannot be used: " + e.getMessage());
        }
    }
}
