package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What kustomize makes of {@code deploy/kubernetes}: whatever one document says of another is so. */
class KubernetesManifestsTest {
    private static final Path KUBERNETES = Distribution.find().sources().resolve("deploy/kubernetes");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\(([A-Z_]+)\\)");
    private static final int HAND_OVER_SECONDS = 60;

    /** All documents of an overlay. */
    static String rendered(String overlay) {
        Needs.that("kubectl", Command.of("sh", "-c", "command -v kubectl").run());
        return Command.of("kubectl", "kustomize", KUBERNETES.resolve(overlay).toString())
                .run()
                .orFail()
                .text();
    }

    private static List<Yaml> render(String overlay) {
        return Yaml.documents(rendered(overlay));
    }

    private static List<Yaml> of(List<Yaml> all, String kind) {
        return all.stream()
                .filter(document -> document.at("kind").text().equals(kind))
                .toList();
    }

    private static String name(Yaml document) {
        return document.at("metadata", "name").text();
    }

    /** Templates of pods whose labels have all of these; {@code pod-name} is each pod's own. */
    private static List<Yaml> selected(List<Yaml> all, Map<String, String> labels) {
        return of(all, "StatefulSet").stream()
                .filter(set -> {
                    Set<Map.Entry<String, String>> wanted = new HashSet<>(labels.entrySet());
                    wanted.removeAll(set.at("spec", "template", "metadata", "labels")
                            .texts()
                            .entrySet());
                    wanted.removeIf(label -> label.getKey().equals("statefulset.kubernetes.io/pod-name")
                            && podNames(set).contains(label.getValue()));
                    return wanted.isEmpty();
                })
                .map(set -> set.at("spec", "template", "spec"))
                .toList();
    }

    private static List<String> podNames(Yaml set) {
        int first = set.at("spec", "ordinals", "start").number();
        return IntStream.range(first, first + set.at("spec", "replicas").number())
                .mapToObj(ordinal -> name(set) + "-" + ordinal)
                .toList();
    }

    private static Set<String> ports(Yaml pod) {
        return pod.at("containers", "0", "ports").items().stream()
                .map(port -> port.at("name").text())
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlays/dev", "overlays/production", "overlays/production-node-ports"})
    void servicesAndPoliciesMeanPodsAndPortsThatThereAre(String overlay) {
        List<Yaml> all = render(overlay);
        boolean dev = overlay.endsWith("dev"); // has all in one pod: what is for quorum nodes has nobody

        for (Yaml service : of(all, "Service")) {
            List<Yaml> pods = selected(all, service.at("spec", "selector").texts());
            if (!dev) assertThat(pods).as(name(service)).isNotEmpty();
            for (Yaml port : service.at("spec", "ports").items()) {
                assertThat(pods)
                        .as(name(service))
                        .allMatch(
                                pod -> ports(pod).contains(port.at("targetPort").text()));
            }
        }
        for (Yaml budget : of(all, "PodDisruptionBudget")) {
            List<Yaml> pods =
                    selected(all, budget.at("spec", "selector", "matchLabels").texts());
            if (!dev) assertThat(pods).as(name(budget)).isNotEmpty();
        }
        for (Yaml policy : of(all, "NetworkPolicy")) {
            List<Yaml> pods = selected(
                    all, policy.at("spec", "podSelector", "matchLabels").texts());
            for (Yaml rule : policy.at("spec", "ingress").items()) {
                for (Yaml port : rule.at("ports").items()) {
                    assertThat(pods)
                            .as(name(policy))
                            .allMatch(pod -> ports(pod).contains(port.at("port").text()));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlays/dev", "overlays/production", "overlays/production-node-ports"})
    void setsHaveAllThatTheirPodsName(String overlay) {
        List<Yaml> all = render(overlay);
        Set<String> services =
                of(all, "Service").stream().map(KubernetesManifestsTest::name).collect(Collectors.toSet());
        Set<String> maps =
                of(all, "ConfigMap").stream().map(KubernetesManifestsTest::name).collect(Collectors.toSet());
        Set<String> accounts = of(all, "ServiceAccount").stream()
                .map(KubernetesManifestsTest::name)
                .collect(Collectors.toSet());
        Set<Map<String, String>> selectors = new HashSet<>();

        for (Yaml set : of(all, "StatefulSet")) {
            Map<String, String> selector =
                    set.at("spec", "selector", "matchLabels").texts();
            Yaml pod = set.at("spec", "template", "spec");
            Yaml container = pod.at("containers", "0");
            Map<String, String> labels =
                    set.at("spec", "template", "metadata", "labels").texts();

            assertThat(selectors.add(selector))
                    .as("its own selector: %s", name(set))
                    .isTrue();
            assertThat(labels).containsAllEntriesOf(selector);
            assertThat(services).contains(set.at("spec", "serviceName").text());
            assertThat(accounts).contains(pod.at("serviceAccountName").text());
            assertThat(pod.at("enableServiceLinks").text()).isEqualTo("false");

            Set<String> volumes = new HashSet<>();
            Stream.of(pod.at("volumes"), set.at("spec", "volumeClaimTemplates"))
                    .flatMap(list -> list.items().stream())
                    .forEach(volume -> volumes.add(volume.at("name").text()
                            + volume.at("metadata", "name").text()));
            assertThat(container.at("volumeMounts").items())
                    .allMatch(mount -> volumes.contains(mount.at("name").text()));
            pod.at("volumes").items().stream()
                    .map(volume -> volume.at("configMap", "name"))
                    .filter(Yaml::isPresent)
                    .forEach(map -> assertThat(maps).contains(map.text()));
            for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
                Yaml get = container.at(probe, "httpGet");
                assertThat(ports(pod)).as(probe).contains(get.at("port").text());
                assertThat(get.at("path").text()).startsWith("/health/");
            }
            variablesReferOnlyToEarlierOnes(container);
            thePodHasTimeToStop(pod, container);
        }
    }

    /** Kubernetes leaves others as they stand. */
    private static void variablesReferOnlyToEarlierOnes(Yaml container) {
        Set<String> earlier = new HashSet<>();
        for (Yaml variable : container.at("env").items()) {
            assertThat(REFERENCE.matcher(variable.at("value").text()).results().map(found -> found.group(1)))
                    .as(variable.at("name").text())
                    .allMatch(earlier::contains);
            assertThat(earlier.add(variable.at("name").text())).isTrue();
        }
    }

    private static void thePodHasTimeToStop(Yaml pod, Yaml container) {
        String oracle = container.at("lifecycle", "preStop", "exec", "command").items().stream()
                .map(Yaml::text)
                .collect(Collectors.joining(" "));
        int waits = Pattern.compile("--timeout (\\d+)")
                .matcher(oracle)
                .results()
                .mapToInt(found -> Integer.parseInt(found.group(1)))
                .sum();
        assertThat(pod.at("terminationGracePeriodSeconds").number()).isGreaterThanOrEqualTo(waits + HAND_OVER_SECONDS);
    }

    @Test
    void productionIsThreeQuorumNodesAndThreeBrokersInThreeZones() {
        List<Yaml> all = render("overlays/production");
        List<Yaml> brokers = of(all, "StatefulSet").stream()
                .filter(set -> name(set).startsWith("curia-broker"))
                .toList();
        Yaml quorum = of(all, "StatefulSet").stream()
                .filter(set -> name(set).equals("curia-quorum"))
                .findFirst()
                .orElseThrow();

        assertThat(brokers.stream().map(set -> variable(set, "CURIA_BROKER_RACK")))
                .containsExactlyInAnyOrder("zone-a", "zone-b", "zone-c");
        for (Yaml set : brokers) {
            assertThat(set.at("spec", "template", "spec", "affinity", "nodeAffinity")
                            .toString())
                    .contains("values=[" + variable(set, "CURIA_BROKER_RACK") + "]");
            assertThat(set.at("spec", "template", "spec", "containers", "0", "lifecycle")
                            .toString())
                    .contains("safe-to-stop", "--acquire");
        }
        List<String> pods = podNames(quorum);
        assertThat(pods).hasSize(3);
        List<String> addresses = pods.stream()
                .map(pod -> pod + "." + quorum.at("spec", "serviceName").text() + ".curia.svc.cluster.local")
                .toList();
        assertThat(configured(all, "quorum.voters").map(voter -> voter.replaceFirst("^\\d+@(.*):9093:9094$", "$1")))
                .containsExactlyElementsOf(addresses);
        assertThat(configured(all, "quorum.bootstrap.servers").map(server -> server.replaceFirst(":9094$", "")))
                .containsOnly(addresses.toArray(String[]::new));
    }

    @Test
    void nodePortsAreThoseThatAreAdvertised() {
        List<Yaml> all = render("overlays/production-node-ports");
        List<String> advertised = new ArrayList<>();
        for (Yaml set : of(all, "StatefulSet")) {
            String listeners = variable(set, "CURIA_ADVERTISED_LISTENERS");
            for (String pod : listeners.isEmpty() ? List.<String>of() : podNames(set)) {
                String port = listeners.substring(listeners.lastIndexOf(':') + 1);
                advertised.add(pod + " " + port.replace("$(CURIA_NODE_ID)", pod.substring(pod.lastIndexOf('-') + 1)));
            }
        }
        List<String> served = of(all, "Service").stream()
                .filter(service -> service.at("spec", "type").text().equals("NodePort"))
                .map(service -> service.at("spec", "selector", "statefulset.kubernetes.io/pod-name")
                                .text() + " "
                        + service.at("spec", "ports", "0", "nodePort").text())
                .toList();

        assertThat(served).hasSize(3).containsExactlyInAnyOrderElementsOf(advertised);
    }

    private static String variable(Yaml set, String name) {
        return set.at("spec", "template", "spec", "containers", "0", "env").items().stream()
                .filter(variable -> variable.at("name").text().equals(name))
                .map(variable -> variable.at("value").text())
                .findFirst()
                .orElse("");
    }

    /** What the files in all config maps have for a list. */
    private static Stream<String> configured(List<Yaml> all, String key) {
        Pattern line = Pattern.compile("(?m)^" + Pattern.quote(key) + "=(.*)$");
        return of(all, "ConfigMap").stream()
                .flatMap(map -> map.at("data").texts().values().stream())
                .flatMap(text -> line.matcher(text).results())
                .map((MatchResult found) -> found.group(1))
                .flatMap(list -> Stream.of(list.split(",", -1)));
    }
}
