package dev.curia.broker.docs;

import dev.curia.broker.config.EnvironmentSettings;
import dev.curia.broker.config.ServerSettings;
import dev.curia.common.config.BrokerConfigs;
import dev.curia.common.config.ClientMetricsConfigs;
import dev.curia.common.config.ConfigKey;
import dev.curia.common.config.GroupOverrides;
import dev.curia.common.config.TopicConfigs;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
    @Test
    void configurationReferenceIsUpToDate() throws IOException {
        String page =
                "# Configuration\n\nGenerated from the code. Names are Kafka's wherever the meaning is Kafka's. An unknown key or an"
                        + " ill-typed value is an error at start.\n\n## Server\nIn the file given with `--config`, in the environment, or with `--set KEY=VALUE`;"
                        + " each wins over the one before.\n\n"
                        + table(ServerSettings.keys())
                        + "\n" + environment()
                        + "\n## Topic\nPer topic, at creation. The default is the server setting named beside it.\n\n"
                        + topicTable()
                        + "\n## While brokers run\nWith `kafka-configs` for one broker or for all (`--entity-default`); kept in the metadata, and before"
                        + " what a file says. These, and the server settings named in the table above; `min.insync.replicas` and"
                        + " `unclean.leader.election.enable` only for all.\n\n"
                        + table(BrokerConfigs.ALL.stream()
                                .filter(key -> !key.doc().startsWith("The default of a topic's"))
                                .toList())
                        + "\n## Group\nFor one group, with `kafka-configs --entity-type groups`. The default is the server setting of the same name with"
                        + " `group.` before it.\n\n"
                        + table(GroupOverrides.ALL)
                        + "\n## Client metrics\nWith `kafka-configs --entity-type client-metrics`. Kept, and without effect: clients are not asked for"
                        + " their metrics.\n\n"
                        + table(ClientMetricsConfigs.ALL);
        ReferencePage.check("configuration.md", page);
    }

    private static String environment() {
        StringBuilder chapter = new StringBuilder("""
                ## Environment
                Every server setting can be an environment variable: `CURIA_` and its name in capitals, with `_` for a dot, `__` for an underscore and `___`
                for a dash. `log.dirs` is `CURIA_LOG_DIRS`, `curia.moves.per.broker.max` is `CURIA_CURIA_MOVES_PER_BROKER_MAX`. With `_FILE` behind it, as in
                `CURIA_CLUSTER_ID_FILE=/run/secrets/cluster`, the variable names a file that has the value: for secrets. A variable that begins with `CURIA_` and is
                neither a setting nor one of these is an error at start:

                | variable | meaning |
                | --- | --- |
                """);
        EnvironmentSettings.LAUNCHER.forEach(
                (name, meaning) -> chapter.append("| `%s` | %s |\n".formatted(name, meaning)));
        return chapter.toString();
    }

    private static String table(List<ConfigKey<?>> keys) {
        StringBuilder table = new StringBuilder("| key | default | accepts | meaning |\n| --- | --- | --- | --- |\n");
        keys.forEach(key -> table.append("| `%s` | %s | %s | %s |\n"
                .formatted(
                        key.name(),
                        defaultText(key),
                        ReferencePage.cell(key.accepts()),
                        ReferencePage.cell(key.doc()))));
        return table.toString();
    }

    private static String topicTable() {
        StringBuilder table = new StringBuilder(
                "| key | default | server setting | accepts | meaning |\n| --- | --- | --- | --- | --- |\n");
        TopicConfigs.ALL.forEach(key -> table.append("| `%s` | %s | %s | %s | %s |\n"
                .formatted(
                        key.name(),
                        defaultText(key),
                        TopicConfigs.hasBrokerDefault(key) ? "`" + TopicConfigs.brokerName(key) + "`" : "–",
                        ReferencePage.cell(key.accepts()),
                        ReferencePage.cell(key.doc()))));
        return table.toString();
    }

    private static String defaultText(ConfigKey<?> key) {
        String text = key.defaultText();
        if (text == null) return "(required)";
        return text.isEmpty() ? "(empty)" : "`" + text + "`";
    }
}
