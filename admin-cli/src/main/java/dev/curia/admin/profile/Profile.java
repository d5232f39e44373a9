package dev.curia.admin.profile;

import dev.curia.common.config.ConfigException;
import dev.curia.common.config.ConfigKey;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Defaults of commands from a file of {@code key=value} lines: of the cluster that is meant, mostly. Immutable. Whatever is wrong with
 * a file is a {@link ConfigException} that names it.
 */
public final class Profile {
    public static final ConfigKey<String> SERVER = ConfigKey.ofString(
            "server", "localhost:9094", "gRPC addresses of quorum nodes, HOST:PORT[,...], as for --server.");
    public static final ConfigKey<Double> TIMEOUT =
            ConfigKey.ofDouble("timeout", 15, 0.001, 86_400, "How long to try, in seconds, as for --timeout.");
    public static final ConfigKey<String> OUTPUT =
            ConfigKey.oneOf("output", "table", List.of("table", "json", "yaml"), "How to print, as for --output.");

    /** All that may be in a file. */
    public static final List<ConfigKey<?>> KEYS = Stream.concat(
                    Stream.of(SERVER, TIMEOUT, OUTPUT), ProfileTls.KEYS.stream())
            .toList();

    private static final String SUFFIX = ".properties";
    private static final Profile NONE = new Profile(Map.of());

    private final Map<String, String> values;

    private Profile(Map<String, String> values) {
        this.values = values;
    }

    /** What the file says, if it says anything on it. */
    public <T> Optional<T> get(ConfigKey<T> key) {
        return Optional.ofNullable(values.get(key.name())).map(key::parse);
    }

    /**
     * The file that was named, else the profile of that name, else the one that {@code CURIA_PROFILE} names, else {@code default} where there
     * is one.
     *
     * @param file on the command line
     * @param name on the command line
     */
    public static Profile choose(
            Optional<Path> file, Optional<String> name, Map<String, String> environment, Path home) {
        if (file.isPresent()) return read(file.get());
        Path directory = directory(environment, home);
        Optional<String> named = name.or(
                () -> Optional.ofNullable(environment.get("CURIA_PROFILE")).filter(text -> !text.isBlank()));
        if (named.isPresent()) return named(directory, named.get());
        Path ordinary = directory.resolve("default" + SUFFIX);
        return Files.exists(ordinary) ? read(ordinary) : NONE;
    }

    private static Path directory(Map<String, String> environment, Path home) {
        String configured = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path base = configured.isBlank() ? home.resolve(".config") : Path.of(configured);
        return base.resolve("curia");
    }

    private static Profile named(Path directory, String name) {
        Path file = directory.resolve(name + SUFFIX);
        boolean plain = name.matches("[A-Za-z0-9._-]+");
        if (plain && Files.exists(file)) return read(file);
        throw new ConfigException("There is no profile '" + name + "' in " + directory + ": expected "
                + known(directory) + ". A profile is a file NAME" + SUFFIX + " with a line such as server=HOST:PORT.");
    }

    private static String known(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            String names = files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(SUFFIX))
                    .map(file -> file.substring(0, file.length() - SUFFIX.length()))
                    .sorted()
                    .collect(Collectors.joining(", "));
            return names.isEmpty() ? "none, for there are none" : "one of " + names;
        } catch (IOException e) {
            return "none, for there are none";
        }
    }

    private static Profile read(Path file) {
        Properties lines = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            lines.load(reader);
        } catch (NoSuchFileException e) {
            throw new ConfigException("There is no file " + file + ".");
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException("Cannot read " + file + ": " + e.getMessage());
        }
        Map<String, String> values = new LinkedHashMap<>();
        new TreeMap<>(lines)
                .forEach((key, value) -> values.put(check(file, key.toString(), value.toString()), value.toString()));
        return new Profile(Map.copyOf(values));
    }

    /** Its name when it is one of ours, and well-typed. */
    private static String check(Path file, String name, String value) {
        ConfigKey<?> key = KEYS.stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ConfigException("Unknown setting " + name + " in " + file + ": expected "
                        + KEYS.stream().map(ConfigKey::name).collect(Collectors.joining(", ")) + "."));
        try {
            key.parse(value);
        } catch (ConfigException e) {
            throw new ConfigException(file + ": " + e.getMessage());
        }
        return name;
    }
}
