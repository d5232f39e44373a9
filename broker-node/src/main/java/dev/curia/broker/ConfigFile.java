package dev.curia.broker;

import dev.curia.common.config.ConfigException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** Settings from a Java properties file. */
final class ConfigFile {
    private ConfigFile() {}

    /**
     * What the file says, with {@code overrides} instead where they say otherwise.
     *
     * @throws ConfigException when it cannot be read
     */
    static Map<String, String> read(Path file, Map<String, String> overrides) {
        Map<String, String> given = new HashMap<>();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            Properties properties = new Properties();
            properties.load(reader);
            properties.stringPropertyNames().forEach(name -> given.put(name, properties.getProperty(name)));
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException("cannot read --config " + file + ": " + e);
        }
        given.putAll(overrides);
        return given;
    }
}
