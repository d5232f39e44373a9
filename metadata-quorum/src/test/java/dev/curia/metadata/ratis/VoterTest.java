package dev.curia.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VoterTest {
    @Test
    void votersAreReadFromText() {
        assertThat(Voter.parseList("1@a.example:9093:9094, 2@[::1]:93:94"))
                .containsExactly(new Voter(1, "a.example", 9093, 9094), new Voter(2, "[::1]", 93, 94));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1@host",
                "1@host:9093",
                "x@host:9093:9094",
                "1@:9093:9094",
                "1@::1:9093:9094",
                "1@host:9093:9094:9",
                "1@host:9093:9094,",
                "-1@host:1:2"
            })
    void anythingElseIsNamedInTheError(String text) {
        assertThatThrownBy(() -> Voter.parseList(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected id@host:raftPort:rpcPort");
    }

    @Test
    void portsIdsAndAddressesHaveToMakeSense() {
        assertThatThrownBy(() -> Voter.parse("1@host:0:9094")).hasMessageContaining("raft port 0 of voter host");
        assertThatThrownBy(() -> Voter.parse("1@host:9093:65536")).hasMessageContaining("rpc port 65536");
        assertThatThrownBy(() -> Voter.parseList("1@a:1:2,1@b:1:2")).hasMessageContaining("two voters have the id 1");
        assertThatThrownBy(() -> Voter.parseList("1@a:1:2,2@a:1:3")).hasMessageContaining("same address a:1");
    }

    @Test
    void aNodeIsOneOfItsVoters() {
        assertThatThrownBy(() -> new QuorumNodeConfig(
                        3,
                        "cluster",
                        Path.of("x"),
                        List.of(new Voter(1, "a", 1, 2)),
                        Optional.empty(),
                        QuorumTuning.DEFAULT))
                .hasMessageContaining("id 3 is not among the voters");
    }
}
