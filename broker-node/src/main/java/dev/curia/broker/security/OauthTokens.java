package dev.curia.broker.security;

import dev.curia.common.config.ConfigException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.security.oauthbearer.BrokerJwtValidator;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler;

/** Has kafka-clients check OAUTHBEARER's tokens: signed JWTs only, whose keys it reads and refreshes on threads of its own (KIP-768). */
final class OauthTokens {
    /** kafka-clients reads only what is named here; for a broker that is what its own settings name. */
    private static final String ALLOWED_URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

    private OauthTokens() {}

    /** @throws ConfigException when the keys cannot be had */
    static void configure(OAuthBearerValidatorCallbackHandler handler, String listener, Map<String, String> settings) {
        String url = SaslKeys.JWKS_URL.in(settings);
        if (url.isEmpty()) {
            throw new ConfigException("Setting " + SaslKeys.JWKS_URL.name() + " is missing for OAUTHBEARER on listener "
                    + listener + ": " + SaslKeys.JWKS_URL.doc());
        }
        allow(url);
        try {
            handler.configure(
                    configs(settings, url),
                    SaslMechanisms.OAUTHBEARER,
                    List.of(new AppConfigurationEntry(
                            OAuthBearerLoginModule.class.getName(), LoginModuleControlFlag.REQUIRED, Map.of())));
        } catch (RuntimeException e) {
            throw new ConfigException("The keys of OAUTHBEARER on listener " + listener + " cannot be read from "
                    + SaslKeys.JWKS_URL.name() + " '" + url + "': " + rootMessage(e) + ".");
        }
    }

    private static synchronized void allow(String url) {
        Set<String> urls = new LinkedHashSet<>(
                Arrays.asList(System.getProperty(ALLOWED_URLS, "").split(",")));
        urls.remove("");
        if (urls.add(url)) System.setProperty(ALLOWED_URLS, String.join(",", urls));
    }

    private static Map<String, Object> configs(Map<String, String> settings, String url) {
        Map<String, Object> configs = new HashMap<>();
        configs.put(SaslConfigs.SASL_OAUTHBEARER_JWT_VALIDATOR_CLASS, BrokerJwtValidator.class);
        configs.put(SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_URL, url);
        configs.put(SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_REFRESH_MS, SaslKeys.JWKS_REFRESH_MS.in(settings));
        configs.put(SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_RETRY_BACKOFF_MS, SaslKeys.JWKS_RETRY_MS.in(settings));
        configs.put(
                SaslConfigs.SASL_OAUTHBEARER_JWKS_ENDPOINT_RETRY_BACKOFF_MAX_MS,
                SaslKeys.JWKS_RETRY_MAX_MS.in(settings));
        configs.put(SaslConfigs.SASL_OAUTHBEARER_SCOPE_CLAIM_NAME, SaslKeys.SCOPE_CLAIM.in(settings));
        configs.put(SaslConfigs.SASL_OAUTHBEARER_SUB_CLAIM_NAME, SaslKeys.SUBJECT_CLAIM.in(settings));
        configs.put(SaslConfigs.SASL_OAUTHBEARER_CLOCK_SKEW_SECONDS, SaslKeys.CLOCK_SKEW_SECONDS.in(settings));
        String issuer = SaslKeys.EXPECTED_ISSUER.in(settings);
        if (!issuer.isEmpty()) configs.put(SaslConfigs.SASL_OAUTHBEARER_EXPECTED_ISSUER, issuer);
        List<String> audience = SaslKeys.EXPECTED_AUDIENCE.in(settings);
        if (!audience.isEmpty()) configs.put(SaslConfigs.SASL_OAUTHBEARER_EXPECTED_AUDIENCE, audience);
        return configs;
    }

    private static String rootMessage(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) cause = cause.getCause();
        return String.valueOf(cause.getMessage());
    }
}
