package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing in {@code deploy/} names what is no longer there: settings, files, services, ports. */
class DeployFilesTest {
    private static final Path SOURCES = Distribution.find().sources();
    private static final Path DEPLOY = SOURCES.resolve("deploy");
    private static final Path COMPOSE = DEPLOY.resolve("compose");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([^`]+)` \\|");
    private static final Pattern VARIABLE = Pattern.compile("CURIA_[A-Z0-9_]*[A-Z0-9]");
    private static final Pattern SETTING = Pattern.compile("(?m)^([a-z][a-z0-9.]*)=");
    private static final Pattern PATH = Pattern.compile("(?<![\\w/.-])"
            + "(deploy|bin|config|systemd|container|compose|kubernetes|overlays)/[\\w./-]*\\w(?![\\w*/-])");
    private static final List<String> BROKERS = List.of("broker-1", "broker-2", "broker-3");
    private static final List<String> QUORUM = List.of("quorum-1", "quorum-2", "quorum-3");

    @Test
    void everyYamlFileParses() {
        List<Path> files = files(DEPLOY).stream()
                .filter(file -> file.toString().matches(".*\\.ya?ml"))
                .toList();

        assertThat(files).hasSizeGreaterThan(15);
        for (Path file : files) {
            assertThatCode(() -> assertThat(Yaml.documents(read(file))).isNotEmpty())
                    .as(file.toString())
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void everySettingAndVariableThatIsUsedIsInTheReference() {
        String reference = read(SOURCES.resolve("docs/configuration.md"));
        Set<String> settings = new HashSet<>(first(ROW, reference.replaceAll("(?s)\n## Topic.*", "")));
        Set<String> variables =
                settings.stream().map(DeployFilesTest::variable).collect(Collectors.toCollection(HashSet::new));
        variables.addAll(settings);
        List<Path> files = new ArrayList<>(files(DEPLOY));
        files.add(SOURCES.resolve("docs/deployment.md"));
        files.add(SOURCES.resolve("README.md"));

        List<String> unknown = new ArrayList<>();
        int found = 0;
        for (Path file : files) {
            String text = read(file);
            List<String> used = new ArrayList<>(all(VARIABLE, text).stream()
                    .filter(variable -> !variables.contains(variable.replaceFirst("_FILE$", "")))
                    .toList());
            if (file.toString().endsWith(".properties")) {
                List<String> keys = first(SETTING, text);
                found += keys.size();
                used.addAll(keys.stream().filter(key -> !settings.contains(key)).toList());
            }
            used.forEach(each -> unknown.add(SOURCES.relativize(file) + ": " + each));
        }

        assertThat(found).isGreaterThan(30);
        assertThat(unknown).isEmpty();
    }

    /** As the reference tells it. */
    private static String variable(String setting) {
        return "CURIA_"
                + setting.replace("_", "__")
                        .replace("-", "___")
                        .replace('.', '_')
                        .toUpperCase(Locale.ROOT);
    }

    @Test
    void theComposedClusterFindsItself() {
        Yaml compose = Yaml.documents(read(COMPOSE.resolve("compose.yaml"))).get(0);
        Map<String, Yaml> services = compose.at("services").fields();
        assertThat(services.keySet()).containsAll(BROKERS).containsAll(QUORUM);

        List<String> published = new ArrayList<>();
        services.forEach((name, service) -> {
            service.at("volumes").items().forEach(volume -> mounted(compose, name, volume.text()));
            service.at("ports")
                    .items()
                    .forEach(port -> published.add(port.text().replaceFirst(":[0-9]+$", "")));
            service.at("depends_on")
                    .items()
                    .forEach(other -> assertThat(services).containsKey(other.text()));
        });
        assertThat(published).doesNotHaveDuplicates().allMatch(port -> port.startsWith("127.0.0.1:"));

        for (String name : BROKERS) {
            Yaml broker = compose.at("services", name, "environment");
            String listeners = broker.at("CURIA_LISTENERS").text();
            int outside = port(listeners, "EXTERNAL");
            assertThat(hosts(broker.at("CURIA_QUORUM_BOOTSTRAP_SERVERS").text()))
                    .containsExactlyElementsOf(QUORUM);
            assertThat(broker.at("CURIA_RPC_ADVERTISED").text()).isEqualTo(name + ":9095");
            assertThat(broker.at("CURIA_ADVERTISED_LISTENERS").text())
                    .isEqualTo("INTERNAL://" + name + ":" + port(listeners, "INTERNAL") + ",EXTERNAL://localhost:"
                            + outside);
            assertThat(compose.at("services", name, "ports", "0").text())
                    .isEqualTo("127.0.0.1:" + outside + ":" + outside);
        }
        for (String name : QUORUM) {
            Yaml node = compose.at("services", name, "environment");
            assertThat(node.at("CURIA_QUORUM_VOTERS").text().split(",", -1))
                    .hasSize(3)
                    .contains(node.at("CURIA_NODE_ID").text() + "@" + name + ":9093:9094");
        }
        assertThat(Stream.concat(BROKERS.stream(), QUORUM.stream())
                        .map(name -> compose.at("services", name, "environment", "CURIA_NODE_ID")
                                .text()))
                .doesNotHaveDuplicates();
    }

    /** A file of ours is there, a volume is declared. */
    private static void mounted(Yaml compose, String service, String volume) {
        String from = volume.substring(0, volume.indexOf(':'));
        if (from.startsWith(".")) assertThat(COMPOSE.resolve(from)).as(service).exists();
        else assertThat(compose.at("volumes").fields()).as(service).containsKey(from);
    }

    @Test
    void prometheusScrapesEveryNodeAndGrafanaIsGivenWhatThereIs() {
        Yaml prometheus =
                Yaml.documents(read(COMPOSE.resolve("prometheus.yml"))).get(0);
        Yaml job = prometheus.at("scrape_configs", "0");
        List<String> mounts = Yaml.documents(read(COMPOSE.resolve("compose.yaml")))
                .get(0)
                .at("services", "prometheus", "volumes")
                .items()
                .stream()
                .map(Yaml::text)
                .toList();

        assertThat(job.at("job_name").text()).isEqualTo("curia");
        assertThat(job.at("static_configs", "0", "targets").items().stream()
                        .map(target -> target.text().replaceFirst(":9096$", "")))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(BROKERS.stream(), QUORUM.stream()).toList());
        assertThat(prometheus.at("rule_files").items())
                .isNotEmpty()
                .allMatch(file -> mounts.stream().anyMatch(mount -> mount.contains(":/etc/prometheus/" + file.text())));
        Yaml dashboards =
                Yaml.documents(read(COMPOSE.resolve("grafana/dashboards.yml"))).get(0);
        assertThat(read(COMPOSE.resolve("compose.yaml")))
                .contains("../grafana:"
                        + dashboards.at("providers", "0", "options", "path").text() + ":ro");
        assertThat(files(DEPLOY.resolve("grafana")))
                .allMatch(file -> file.toString().endsWith(".json"));
    }

    @Test
    void theImageIsMadeOfWhatTheDistributionHas() {
        String definition = read(DEPLOY.resolve("container/Containerfile"));
        Path home = Distribution.find().home();

        List<String> copied = first(Pattern.compile("(?m)^COPY (.*) /opt/curia\\S*$"), definition).stream()
                .flatMap(sources -> Stream.of(sources.split(" ", -1)))
                .toList();
        assertThat(copied)
                .hasSizeGreaterThan(3)
                .allMatch(source -> Files.exists(home.resolve(source.replace("/*.jar", ""))));
        assertThat(all(Pattern.compile("(?<=/opt/curia/)bin/[a-z-]+"), definition))
                .contains("bin/curia", "bin/healthcheck", "bin/class-archive")
                .allMatch(program -> Files.isExecutable(home.resolve(program)));
        assertThat(definition).contains("\nUSER 10001:10001\n", "\nEXPOSE 9092 9093 9094 9095 9096\n");
    }

    /** Most paths in it are those of an unpacked distribution, where its commands are run. */
    @Test
    void theGuideNamesOnlyFilesThatThereAre() {
        String guide = read(SOURCES.resolve("docs/deployment.md"));
        Path home = Distribution.find().home();
        Set<String> named = new TreeSet<>(all(PATH, guide));

        assertThat(named).hasSizeGreaterThan(10);
        assertThat(named)
                .allMatch(path -> Stream.of(SOURCES, home, home.resolve("kubernetes"))
                        .anyMatch(root -> Files.exists(root.resolve(path))));
    }

    private static int port(String listeners, String name) {
        return Stream.of(listeners.split(",", -1))
                .filter(listener -> listener.startsWith(name + "://"))
                .map(listener -> Integer.parseInt(listener, listener.lastIndexOf(':') + 1, listener.length(), 10))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> hosts(String addresses) {
        return Stream.of(addresses.split(",", -1))
                .map(address -> address.replaceFirst(":.*", ""))
                .toList();
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).toList();
    }

    private static List<String> first(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).toList();
    }

    private static List<Path> files(Path directory) {
        try (Stream<Path> walk = Files.walk(directory)) {
            return walk.filter(Files::isRegularFile)
                    .filter(file -> !file.startsWith(DEPLOY.resolve("target")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
