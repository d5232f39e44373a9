package dev.curia.broker;

import dev.curia.broker.config.EnvironmentSettings;
import dev.curia.broker.config.ServerSettings;
import dev.curia.common.config.ConfigException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** What a node is told: by a Java properties file, its environment and its command line. */
final class ConfigFile {
    private ConfigFile() {}

    /**
     * The environment wins over the file, {@code overrides} win over both.
     *
     * @param file null: there is none
     * @throws ConfigException when it cannot be read, or the environment has what is no setting
     */
    static Map<String, String> read(
            @Nullable Path file, Map<String, String> environment, Map<String, String> overrides) {
        Map<String, String> given = new HashMap<>();
        if (file != null) given.putAll(read(file));
        given.putAll(EnvironmentSettings.read(environment, ServerSettings.keys()));
        given.putAll(overrides);
        return given;
    }

    private static Map<String, String> read(Path file) {
        Map<String, String> given = new HashMap<>();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            Properties properties = new Properties();
            properties.load(reader);
            properties.stringPropertyNames().forEach(name -> given.put(name, properties.getProperty(name)));
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException("cannot read --config " + file + ": " + e);
        }
        return given;
    }
}
