package dev.curia.admin.view;

import dev.curia.common.text.Json;
import dev.curia.common.text.Yaml;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How results are written. */
public enum OutputFormat {
    /** For people. */
    TABLE,
    JSON,
    YAML;

    /** As people write it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Between documents that follow each other. */
    public String separator() {
        return this == YAML ? "---\n" : "";
    }

    /** A result as one document. */
    public String document(@Nullable Object value) {
        return this == YAML ? Yaml.of(value) : Json.pretty(value);
    }

    /** One of many results that follow each other: a line of JSON, or a document of YAML. */
    public String item(@Nullable Object value) {
        return this == YAML ? separator() + Yaml.of(value) : Json.compact(value) + "\n";
    }
}
