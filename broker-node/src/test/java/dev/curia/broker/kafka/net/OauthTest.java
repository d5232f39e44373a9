package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.common.security.Principal;
import dev.curia.common.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.security.auth.callback.Callback;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.apache.kafka.common.security.oauthbearer.internals.secured.BasicOAuthBearerToken;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own clients log in with tokens that somebody else signed. */
class OauthTest {
    private static final String MODULE = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule";

    @TempDir
    Path directory;

    private RsaJsonWebKey key;
    private TestBroker broker;

    @BeforeEach
    void start() throws Exception {
        key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId("current");
        Path keys = directory.resolve("jwks.json");
        Files.writeString(keys, new JsonWebKeySet(key).toJson());
        broker = new TestBroker(
                directory,
                Duration.ofMinutes(1),
                null,
                Map.of(
                        "listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT",
                        "sasl.enabled.mechanisms", "OAUTHBEARER",
                        "connection.failed.authentication.delay.ms", "10",
                        "sasl.oauthbearer.jwks.endpoint.url",
                                keys.toUri().toString().replace("file:/", "file:///"),
                        "sasl.oauthbearer.expected.issuer", "https://issuer.example",
                        "sasl.oauthbearer.expected.audience", "curia",
                        "listener.name.plaintext.oauthbearer.sasl.oauthbearer.sub.claim.name", "preferred_username"));
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    /** Gives the client the token that the JAAS options hold. */
    public static final class Token implements AuthenticateCallbackHandler {
        private String token = "";

        @Override
        public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
            token = String.valueOf(entries.get(0).getOptions().get("token"));
        }

        @Override
        public void handle(Callback[] callbacks) {
            if (!(callbacks[0] instanceof OAuthBearerTokenCallback wanted)) return; // there are no extensions
            long now = new SystemClock().wallMillis();
            wanted.token(new BasicOAuthBearerToken(token, Set.of(), now + 3_600_000, "client", now));
        }

        @Override
        public void close() {}
    }

    private JwtClaims claims() {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer("https://issuer.example");
        claims.setAudience("curia");
        claims.setSubject("7f3a");
        claims.setStringClaim("preferred_username", "alice");
        claims.setStringClaim("scope", "kafka");
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(10);
        return claims;
    }

    private static String signed(JwtClaims claims, RsaJsonWebKey by) throws Exception {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(by.getPrivateKey());
        signature.setKeyIdHeaderValue(by.getKeyId());
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        return signature.getCompactSerialization();
    }

    private Map<String, Object> client(String token) {
        Map<String, Object> settings = new HashMap<>(SaslClients.with(
                broker.bootstrap(), "SASL_PLAINTEXT", "OAUTHBEARER", MODULE + " required token=\"" + token + "\";"));
        settings.put("sasl.login.callback.handler.class", Token.class.getName());
        return settings;
    }

    private static void asks(Map<String, Object> settings) throws Exception {
        try (Admin admin = Admin.create(settings)) {
            admin.describeUserScramCredentials().all().get(20, TimeUnit.SECONDS);
        }
    }

    private static void assertRefused(Map<String, Object> settings) {
        assertThatThrownBy(() -> asks(settings)).hasCauseInstanceOf(SaslAuthenticationException.class);
    }

    @Test
    void aTokenOfTheRightIssuerIsItsUser() throws Exception {
        asks(client(signed(claims(), key)));
        assertThat(broker.principals).containsExactly(Principal.user("alice"));
    }

    @Test
    void everyOtherTokenIsRefused() throws Exception {
        RsaJsonWebKey forged = RsaJwkGenerator.generateJwk(2048);
        forged.setKeyId("current");
        assertRefused(client(signed(claims(), forged)));

        JwtClaims issuer = claims();
        issuer.setIssuer("https://other.example");
        assertRefused(client(signed(issuer, key)));

        JwtClaims audience = claims();
        audience.setAudience("other");
        assertRefused(client(signed(audience, key)));

        JwtClaims expired = claims();
        expired.setExpirationTimeMinutesInTheFuture(-5);
        assertRefused(client(signed(expired, key)));

        JwtClaims nobody = claims();
        nobody.unsetClaim("preferred_username");
        assertRefused(client(signed(nobody, key)));
        assertThat(broker.principals).isEmpty();
    }

    @Test
    void anUnsecuredTokenIsRefused() {
        Map<String, Object> settings = SaslClients.with(
                broker.bootstrap(),
                "SASL_PLAINTEXT",
                "OAUTHBEARER",
                MODULE + " required unsecuredLoginStringClaim_sub=\"alice\""
                        + " unsecuredLoginStringClaim_preferred_username=\"alice\""
                        + " unsecuredLoginStringClaim_iss=\"https://issuer.example\""
                        + " unsecuredLoginStringClaim_aud=\"curia\";");
        assertRefused(settings);
        assertThat(broker.principals).isEmpty();
    }
}
