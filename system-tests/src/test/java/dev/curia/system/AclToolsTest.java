package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Apache Kafka's kafka-acls and {@code curia acls}, by turns, on a cluster with an authorizer. */
@Tag("slow")
class AclToolsTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone()
            .with("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
            .with("super.users", "User:ANONYMOUS");

    private static String kafkaAcls(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", CLUSTER.bootstrapServers()));
        all.addAll(List.of(arguments));
        return KafkaTool.run("org.apache.kafka.tools.AclCommand", all).orFail().text();
    }

    @Test
    @Shows(client = Program.KAFKA_TOOLS, value = "kafka-acls: adds, lists, removes")
    void kafkaAclsAndCuriaSeeEachOthersAcls() {
        assertThat(kafkaAcls("--add", "--allow-principal", "User:bob", "--consumer", "--topic", "t", "--group", "g"))
                .contains("ResourcePattern(resourceType=TOPIC, name=t, patternType=LITERAL)")
                .contains("principal=User:bob, host=*, operation=READ, permissionType=ALLOW");
        assertThat(Curia.forCluster(CLUSTER)
                        .run("acls", "list", "--principal", "User:bob")
                        .text())
                .contains("User:bob", "READ", "DESCRIBE", "GROUP");
        Curia.forCluster(CLUSTER)
                .run(
                        "acls",
                        "add",
                        "--deny-principal",
                        "User:eve",
                        "--operation",
                        "Write",
                        "--topic",
                        "pay-",
                        "--resource-pattern-type",
                        "prefixed");
        assertThat(kafkaAcls("--list", "--topic", "pay-roll", "--resource-pattern-type", "match"))
                .contains("patternType=PREFIXED")
                .contains("principal=User:eve, host=*, operation=WRITE, permissionType=DENY");
        kafkaAcls("--remove", "--force", "--topic", "t");
        assertThat(kafkaAcls("--list", "--topic", "t")).doesNotContain("User:bob");
        assertThat(kafkaAcls("--list", "--group", "g")).contains("User:bob");
    }
}
