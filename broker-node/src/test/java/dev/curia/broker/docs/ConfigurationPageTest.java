package dev.curia.broker.docs;

import dev.curia.broker.config.ServerSettings;
import dev.curia.common.config.ConfigKey;
import dev.curia.common.config.TopicConfigs;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigurationPageTest {
    @Test
    void configurationReferenceIsUpToDate() throws IOException {
        String page =
                "# Configuration\n\nGenerated from the code. Names are Kafka's wherever the meaning is Kafka's. An unknown key or an"
                        + " ill-typed value is an error at start.\n\n## Server\nIn the file given with `--config`, or with `--set KEY=VALUE`.\n\n"
                        + table(ServerSettings.keys())
                        + "\n## Topic\nPer topic, at creation. The default is the server setting named beside it.\n\n"
                        + topicTable();
        ReferencePage.check("configuration.md", page);
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
