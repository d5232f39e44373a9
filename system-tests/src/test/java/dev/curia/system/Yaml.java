package dev.curia.system;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** A part of a YAML document, to look into without casts. What is not there is empty. Immutable as long as nobody changes the value. */
record Yaml(@Nullable Object value) {
    /** @throws org.yaml.snakeyaml.error.YAMLException with the place, when it is no YAML, or a key is there twice */
    static List<Yaml> documents(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        Iterable<Object> all = new org.yaml.snakeyaml.Yaml(new SafeConstructor(options)).loadAll(text);
        return StreamSupport.stream(all.spliterator(), false)
                .filter(Objects::nonNull)
                .map(Yaml::new)
                .toList();
    }

    /** What is found by going down these keys, and into the first of a list for {@code "0"}. */
    Yaml at(String... path) {
        Yaml here = this;
        for (String key : path) {
            here = here.value instanceof List<?> list
                    ? new Yaml(list.isEmpty() ? null : list.get(Integer.parseInt(key)))
                    : here.fields().getOrDefault(key, new Yaml(null));
        }
        return here;
    }

    boolean isPresent() {
        return value != null;
    }

    List<Yaml> items() {
        return value instanceof List<?> list ? list.stream().map(Yaml::new).toList() : List.of();
    }

    Map<String, Yaml> fields() {
        Map<String, Yaml> fields = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) map.forEach((key, each) -> fields.put(String.valueOf(key), new Yaml(each)));
        return fields;
    }

    /** Fields whose values are text, numbers or nothing. */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        fields().forEach((key, field) -> texts.put(key, field.text()));
        return texts;
    }

    String text() {
        return value == null ? "" : value.toString();
    }

    int number() {
        return Integer.parseInt(text());
    }
}
