package dev.curia.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerSettings;
import dev.curia.broker.security.ScramUser;
import dev.curia.common.time.SystemClock;
import dev.curia.metadata.decide.ScramDecisions;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.FreePorts;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that lets nobody in who has not logged in, from its first moment on. */
class FirstUserTest {
    @TempDir
    Path directory;

    private Node start(String password) throws Exception {
        List<Integer> ports = FreePorts.find(2);
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "quorum,broker");
        settings.put("node.id", "1");
        settings.put("cluster.id", "first-user");
        settings.put("listeners", "CLIENTS://127.0.0.1:0");
        settings.put("listener.security.protocol.map", "CLIENTS:SASL_PLAINTEXT");
        settings.put("rpc.listener", "127.0.0.1:0");
        settings.put("http.listener", "127.0.0.1:0");
        settings.put("quorum.voters", "1@127.0.0.1:" + ports.get(0) + ":" + ports.get(1));
        settings.put("quorum.data.dir", directory.resolve("quorum").toString());
        settings.put("log.dirs", directory.resolve("logs").toString());
        MetadataRecord user = ScramDecisions.record(
                ScramUser.parse("SCRAM-SHA-512=[name=admin,password=" + password + "]", new SecureRandom()));
        Node node = Node.start(
                NodeConfig.of(ServerSettings.of(settings)),
                Format.VOTER,
                List.of(user),
                new SystemClock(),
                (what, cause) -> {
                    throw new AssertionError(what, cause);
                });
        node.awaitReady();
        return node;
    }

    private static Admin login(Node node, String user, String password) {
        return Admin.create(Map.of(
                "bootstrap.servers",
                node.bootstrapServer(),
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "SCRAM-SHA-512",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + user + "\" password=\""
                        + password + "\";"));
    }

    @Test
    void theFirstUserIsThereAtOnceAndMakesOthersWhichLastOverARestart() throws Exception {
        try (Node node = start("first");
                Admin admin = login(node, "admin", "first")) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            "alice", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), "second")))
                    .all()
                    .get(20, TimeUnit.SECONDS);
            try (Admin alice = login(node, "alice", "second")) {
                assertThat(alice.describeUserScramCredentials().all().get(20, TimeUnit.SECONDS))
                        .containsOnlyKeys("admin", "alice");
            }
        }
        try (Node again = start("ignored");
                Admin alice = login(again, "alice", "second");
                Admin wrong = login(again, "admin", "ignored")) {
            assertThat(alice.listTopics().names().get(20, TimeUnit.SECONDS)).isEmpty();
            assertThatThrownBy(() -> wrong.listTopics().names().get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SaslAuthenticationException.class);
        }
    }
}
