package dev.curia.broker.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.security.SaslDialogue.Outcome;
import dev.curia.broker.security.SaslDialogue.Reason;
import dev.curia.common.config.ConfigException;
import dev.curia.common.security.Principal;
import dev.curia.testkit.Check;
import dev.curia.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SaslDialogueTest {
    private static final String JAAS = "org.apache.kafka.common.security.plain.PlainLoginModule required"
            + " user_alice=\"secret\" user_bob=\"other\";";

    private final ManualClock clock = new ManualClock();
    private final List<String> heard = new ArrayList<>();

    private SaslDialogue begin(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256", "listener.name.l.plain.sasl.jaas.config", JAAS));
        settings.putAll(more);
        SaslMechanisms mechanisms =
                SaslMechanisms.of("L", SecuritySettings.of(settings, "L"), (user, mechanism) -> Optional.empty());
        return new SaslDialogue(mechanisms, clock, Duration.ZERO, new SaslDialogue.Watch() {
            @Override
            public void loggedIn(String mechanism, Principal principal, boolean again) {
                heard.add(mechanism + " " + principal + (again ? " again" : ""));
            }

            @Override
            public void refused(String mechanism, Reason reason, String message) {
                heard.add(mechanism + " " + reason);
            }
        });
    }

    private static byte[] plain(String user, String password) {
        return ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8);
    }

    private static void login(SaslDialogue dialogue) {
        assertThat(dialogue.handshake("PLAIN", false)).isEmpty();
        assertThat(dialogue.token(plain("alice", "secret"))).isInstanceOf(Outcome.LoggedIn.class);
    }

    private static void assertRefused(Optional<Outcome.Refused> outcome, Reason reason) {
        assertThat(outcome.map(Outcome.Refused::reason)).contains(reason);
    }

    @Test
    void aHandshakeAndTheRightTokenLeadToAPrincipal() {
        SaslDialogue dialogue = begin(Map.of());
        assertThat(dialogue.principal()).isEmpty();
        login(dialogue);
        assertThat(dialogue.principal()).contains(Principal.user("alice"));
        assertThat(dialogue.isOver()).isFalse();
        clock.advance(Duration.ofDays(1000));
        assertThat(dialogue.hasExpired()).isFalse();
        assertThat(heard).containsExactly("PLAIN User:alice");
    }

    @Test
    void whatIsOutOfTurnEndsTheDialogue() {
        SaslDialogue tokenFirst = begin(Map.of());
        assertThat(tokenFirst.token(plain("alice", "secret"))).isInstanceOf(Outcome.Refused.class);
        assertRefused(tokenFirst.handshake("PLAIN", false), Reason.OUT_OF_TURN);

        SaslDialogue twice = begin(Map.of());
        twice.handshake("PLAIN", false);
        assertRefused(twice.handshake("PLAIN", false), Reason.OUT_OF_TURN);

        SaslDialogue endless = begin(Map.of());
        login(endless);
        assertRefused(endless.handshake("PLAIN", false), Reason.OUT_OF_TURN); // its session never ends
        assertThat(endless.isOver()).isTrue();
    }

    @Test
    void aRefusalIsForEver() {
        SaslDialogue dialogue = begin(Map.of());
        dialogue.handshake("PLAIN", false);
        assertThat(dialogue.token(plain("alice", "wrong"))).isInstanceOf(Outcome.Refused.class);
        assertThat(dialogue.token(plain("alice", "secret"))).isInstanceOf(Outcome.Refused.class);
        assertRefused(dialogue.handshake("PLAIN", false), Reason.OUT_OF_TURN);
        assertThat(dialogue.principal()).isEmpty();
        assertThat(heard.get(0)).isEqualTo("PLAIN NOT_AUTHENTIC");
    }

    @Test
    void aMechanismThatIsNotEnabledIsRefused() {
        assertRefused(begin(Map.of()).handshake("SCRAM-SHA-512", false), Reason.MECHANISM_NOT_ENABLED);
        assertThat(heard).containsExactly(" MECHANISM_NOT_ENABLED");
    }

    @Test
    void aSessionEndsUnlessItsClientLogsInAgain() {
        SaslDialogue dialogue = begin(Map.of("listener.name.l.plain.connections.max.reauth.ms", "1000"));
        dialogue.handshake("PLAIN", false);
        assertThat(dialogue.token(plain("alice", "secret")))
                .isInstanceOfSatisfying(
                        Outcome.LoggedIn.class,
                        done -> assertThat(done.sessionMillis()).isEqualTo(1000));
        clock.advance(Duration.ofMillis(999));
        assertThat(dialogue.hasExpired()).isFalse();
        login(dialogue);
        clock.advance(Duration.ofMillis(999));
        assertThat(dialogue.hasExpired()).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(dialogue.hasExpired()).isTrue();
        assertThat(heard).containsExactly("PLAIN User:alice", "PLAIN User:alice again");
    }

    @Test
    void whoLogsInAgainIsTheSameByTheSameMechanism() {
        Map<String, String> ending = Map.of("connections.max.reauth.ms", "1000");
        SaslDialogue other = begin(ending);
        login(other);
        other.handshake("PLAIN", false);
        assertThat(other.token(plain("bob", "other"))).isInstanceOf(Outcome.Refused.class);

        SaslDialogue otherMechanism = begin(ending);
        login(otherMechanism);
        assertRefused(otherMechanism.handshake("SCRAM-SHA-256", false), Reason.NOT_AUTHENTIC);

        SaslDialogue raw = begin(ending);
        login(raw);
        assertRefused(raw.handshake("PLAIN", true), Reason.OUT_OF_TURN);
    }

    @Test
    void noRandomTokensLogIn() {
        Check.forAll(2_000, random -> random, random -> {
            SaslDialogue dialogue = begin(Map.of());
            dialogue.handshake(random.nextBoolean() ? "PLAIN" : "SCRAM-SHA-256", random.nextBoolean());
            for (int i = 0; i < 4; i++) dialogue.token(token(random));
            assertThat(dialogue.principal()).isEmpty();
        });
    }

    private static byte[] token(SplittableRandom random) {
        byte[] token = new byte[random.nextInt(40)];
        random.nextBytes(token);
        String text = switch (random.nextInt(4)) {
            case 0 -> "n,,n=alice,r=" + random.nextInt();
            case 1 -> "c=biws,r=" + random.nextInt() + ",p=AAAA";
            case 2 -> "\0alice\0" + random.nextInt();
            default -> new String(token, StandardCharsets.ISO_8859_1);
        };
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void whatAMechanismLacksIsSaidWithoutItsSecrets() {
        assertThatThrownBy(() -> begin(Map.of("listener.name.l.plain.sasl.jaas.config", "")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("sasl.jaas.config")
                .hasMessageContaining("listener L");
        assertThatThrownBy(() -> begin(Map.of("listener.name.l.plain.sasl.jaas.config", "user_x=\"hidden")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("PlainLoginModule")
                .hasMessageNotContaining("hidden");
        assertThatThrownBy(() -> begin(Map.of("sasl.enabled.mechanisms", "")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("sasl.enabled.mechanisms");
        assertThatThrownBy(() -> begin(Map.of("sasl.enabled.mechanisms", "OAUTHBEARER")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("jwks");
    }
}
