package dev.curia.common.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTest {
    @Test
    void objectsAndListsAreBlocks() {
        Json.Obj partition =
                Json.object().put("partition", 0).put("isr", List.of(1, 2)).put("offline", List.of());
        Json.Obj topic = Json.object()
                .put("name", "orders")
                .put("internal", false)
                .put("rack", null)
                .put("configs", Map.of())
                .put("partitions", List.of(partition, Json.object().put("partition", 1)))
                .put("names", Arrays.asList("a", null, List.of("b", "c")));
        assertThat(Yaml.of(List.of(topic, "end"))).isEqualTo("""
                - name: orders
                  internal: false
                  rack: null
                  configs: {}
                  partitions:
                    - partition: 0
                      isr: [1,2]
                      offline: []
                    - partition: 1
                  names:
                    - a
                    - null
                    - - b
                      - c
                - end
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "true", "No", "null", "1", "1e3", "-1", "- a", "a: b", "a #b", "#", "*a", "~", "a\nb", " a", "'",
                "é"
            })
    void whatIsNotPlainlyTextIsQuoted(String text) {
        assertThat(Yaml.of(Map.of("k", text))).startsWith("k: \"").endsWith("\"\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "PLAINTEXT", "a-b.c_d", "two words", "/var/lib", "a=b,c=d", "e5"})
    void plainTextIsNot(String text) {
        assertThat(Yaml.of(text)).isEqualTo(text + "\n");
    }

    @Test
    void aScalarIsADocument() {
        assertThat(Yaml.of(null)).isEqualTo("null\n");
        assertThat(Yaml.of(List.of())).isEqualTo("[]\n");
        assertThat(Yaml.of(4.5)).isEqualTo("4.5\n");
    }
}
