package dev.curia.common.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrincipalTest {
    @Test
    void isReadAsItIsWritten() {
        Principal carol = Principal.parse("User:CN=carol:1,O=curia");
        assertThat(carol).isEqualTo(Principal.user("CN=carol:1,O=curia"));
        assertThat(carol).hasToString("User:CN=carol:1,O=curia");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice", ":alice", "User:"})
    void whatIsNoPrincipalIsNamed(String text) {
        assertThatThrownBy(() -> Principal.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "' is no principal");
    }
}
