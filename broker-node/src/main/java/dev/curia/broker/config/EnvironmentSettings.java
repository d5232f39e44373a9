package dev.curia.broker.config;

import dev.curia.broker.security.SecuritySettings;
import dev.curia.common.config.ConfigException;
import dev.curia.common.config.ConfigKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Settings from environment variables, for where a file is awkward, as in a container. {@code log.dirs} is {@code CURIA_LOG_DIRS}: the
 * name in capitals, with {@code _} for a dot, {@code __} for an underscore and {@code ___} for a dash, as in Apache Kafka's image.
 * {@code CURIA_LOG_DIRS_FILE} names a file that has the value.
 */
public final class EnvironmentSettings {
    /** What the launchers and scripts read, and no setting: name and meaning, in the order of the reference page. */
    public static final Map<String, String> LAUNCHER = launcher();

    private static final String PREFIX = "CURIA_";
    private static final String FILE = "_FILE";
    private static final Pattern UNDERSCORES = Pattern.compile("_{1,3}");

    private EnvironmentSettings() {}

    /** The variable that sets {@code key}. */
    public static String variable(String key) {
        return PREFIX
                + key.replace("_", "__").replace("-", "___").replace(".", "_").toUpperCase(Locale.ROOT);
    }

    /** The key that {@code variable} sets: what {@link #variable} was given, if that has no two of {@code . _ -} side by side. */
    static String key(String variable) {
        return UNDERSCORES
                .matcher(variable.substring(PREFIX.length()))
                .replaceAll(found -> List.of(".", "_", "-").get(found.group().length() - 1))
                .toLowerCase(Locale.ROOT);
    }

    /**
     * The settings in {@code environment}, by key. Their values are not checked.
     *
     * @throws ConfigException that names, one a line, all variables that begin with {@code CURIA_} and are neither a setting nor the
     *     launcher's, all files that cannot be read, and all settings that are given twice
     */
    public static Map<String, String> read(Map<String, String> environment, Collection<ConfigKey<?>> known) {
        Set<String> keys = known.stream().map(ConfigKey::name).collect(Collectors.toSet());
        Map<String, String> given = new TreeMap<>();
        List<String> errors = new ArrayList<>();
        new TreeMap<>(environment).forEach((variable, value) -> {
            if (!variable.startsWith(PREFIX) || LAUNCHER.containsKey(variable)) return;
            String ofFile = variable.endsWith(FILE) ? variable.substring(0, variable.length() - FILE.length()) : "";
            try {
                if (isSetting(variable, keys)) put(given, key(variable), value);
                else if (isSetting(ofFile, keys)) put(given, key(ofFile), contentOf(variable, value));
                else throw unknown(variable, keys);
            } catch (ConfigException e) {
                errors.add(e.getMessage());
            }
        });
        if (!errors.isEmpty()) throw new ConfigException(String.join("\n", errors));
        return given;
    }

    private static boolean isSetting(String variable, Set<String> keys) {
        return variable.startsWith(PREFIX)
                && keys.contains(SecuritySettings.plainName(key(variable)))
                && variable(key(variable)).equals(variable);
    }

    private static ConfigException unknown(String variable, Set<String> keys) {
        List<String> known = keys.stream().map(EnvironmentSettings::variable).toList();
        return new ConfigException("Unknown environment variable " + variable + ": there is no setting " + key(variable)
                + Settings.suggestion(variable, known) + ".");
    }

    private static void put(Map<String, String> given, String key, String value) {
        if (given.put(key, value) == null) return;
        throw new ConfigException("Environment variables " + variable(key) + " and " + variable(key) + FILE
                + " are both set: expected one of them.");
    }

    /** Without the line breaks at its end, which editors leave and nobody means. */
    private static String contentOf(String variable, String file) {
        try {
            return Files.readString(Path.of(file)).replaceFirst("[\r\n]+$", "");
        } catch (IOException | InvalidPathException e) {
            throw new ConfigException("Cannot read the file that " + variable + " names: " + e);
        }
    }

    private static Map<String, String> launcher() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put(
                "CURIA_HEAP_OPTS",
                "The heap of a server: JVM options such as `-Xms4g -Xmx4g`; without it `KAFKA_HEAP_OPTS`, without both `-Xmx512m`.");
        all.put(
                "CURIA_JVM_OPTS",
                "A server's collector and its tuning; without it `KAFKA_JVM_PERFORMANCE_OPTS`, without both the parallel one with little room"
                        + " for new objects, see `bin/curia`.");
        all.put("CURIA_OPTS", "More JVM options, for servers and commands.");
        all.put("CURIA_LOG_LEVEL", "How much of Curia's own a server logs: `INFO`, or `DEBUG`, `WARN`, `ERROR`.");
        all.put("CURIA_LOG_CONFIG", "A logback file instead of `config/logback.xml`.");
        all.put(
                "CURIA_FIRST_START",
                "`format` or `join`: as `--format` or `--join` of `curia server`; empty: neither. For a quorum node's very first start, and unset afterwards.");
        all.put("CURIA_SERVER", "Where admin commands connect: `host:port`, separated by commas.");
        all.put("CURIA_PROFILE", "The profile of admin commands: `~/.config/curia/NAME.properties`.");
        all.put("CURIA_MAKE_ARCHIVE", "Set by `bin/class-archive`.");
        all.put("CURIA_BUILD", "`never` or `always`: whether `./curia` of a source tree builds.");
        all.put("CURIA_LOCAL_DIR", "The folder of `deploy/local/cluster.sh`.");
        all.put("CURIA_LOCAL_PORT", "Its first port.");
        all.put("CURIA_LOCAL_WAIT", "How long it waits for a node, in seconds.");
        return Collections.unmodifiableMap(all);
    }
}
