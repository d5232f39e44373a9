package dev.curia.broker.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.proto.admin.v1.ScramUpsertion;
import dev.curia.proto.common.v1.ScramMechanism;
import java.security.SecureRandom;
import java.util.Base64;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramUserTest {
    private final SecureRandom random = new SecureRandom();

    private ScramUpsertion parse(String text) {
        return ScramUser.parse(text, random);
    }

    @Test
    void aPasswordBecomesSaltedKeys() {
        ScramUpsertion one = parse("SCRAM-SHA-512=[name=alice,password=\"a,b=c\",iterations=8192]");
        assertThat(one.getUser()).isEqualTo("alice");
        assertThat(one.getMechanism()).isEqualTo(ScramMechanism.SCRAM_SHA_512);
        assertThat(one.getIterations()).isEqualTo(8192);
        assertThat(one.getStoredKey().size()).isEqualTo(64);
        ScramUpsertion two = parse("SCRAM-SHA-512=[name=alice,password=\"a,b=c\",iterations=8192]");
        assertThat(two.getSalt()).as("random").isNotEqualTo(one.getSalt());
        assertThat(two.getStoredKey()).isNotEqualTo(one.getStoredKey());
    }

    @Test
    void aSaltedPasswordIsAsGoodAsThePassword() throws Exception {
        ScramUpsertion plain = parse("SCRAM-SHA-256=[name=bob,password=secret]");
        ScramFormatter formatter =
                new ScramFormatter(org.apache.kafka.common.security.scram.internals.ScramMechanism.SCRAM_SHA_256);
        byte[] salt = plain.getSalt().toByteArray();
        Base64.Encoder base64 = Base64.getEncoder();
        String salted = base64.encodeToString(formatter.saltedPassword("secret", salt, 4096));
        assertThat(parse("SCRAM-SHA-256=[name=bob,saltedpassword=\"" + salted + "\",salt=\""
                        + base64.encodeToString(salt) + "\"]"))
                .isEqualTo(plain);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SCRAM-SHA-1=[name=a,password=hidden]",
                "SCRAM-SHA-256=name=a,password=hidden",
                "SCRAM-SHA-256=[password=hidden]",
                "SCRAM-SHA-256=[name=a]",
                "SCRAM-SHA-256=[name=a,password=]",
                "SCRAM-SHA-256=[name=a,password=hidden,iterations=4095]",
                "SCRAM-SHA-256=[name=a,password=hidden,iterations=x]",
                "SCRAM-SHA-256=[name=a,password=hidden,salt=AAAA]",
                "SCRAM-SHA-256=[name=a,saltedpassword=hidden!,salt=AAAA]",
                "SCRAM-SHA-256=[name=a,password=\"hidden]",
                ""
            })
    void whatIsWrongIsSaidWithoutThePassword(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("hidden");
    }
}
