package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.events.v1.EventKind;
import dev.curia.system.PromQuery.Selector;
import dev.curia.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Alerts and dashboards ask for what a running cluster has: every rule and every panel, against a scrape and the reference page. */
class DashboardsTest {
    @RegisterExtension
    static final LocalCluster CLUSTER = LocalCluster.standalone()
            .with("curia.group.lag.interval.ms", "100")
            .with("curia.metrics.partitions.enable", "true")
            .with("canary.enable", "true")
            .with("canary.interval.ms", "200");

    private static final Path DEPLOY = Distribution.find().sources().resolve("deploy");
    private static final Path DOCS = Distribution.find().sources().resolve("docs");
    private static final Pattern JSON_TEXT = Pattern.compile("\"(expr|definition)\": \"((?:[^\"\\\\]|\\\\.)*)\"");
    /** Prometheus' own, of each scrape. */
    private static final Set<String> OF_PROMETHEUS = Set.of("up");

    private static final Set<String> LABELS_OF_PROMETHEUS = Set.of("job", "instance");

    @TempDir
    Path scratch;

    @Test
    void everyRuleAndEveryPanelAsksForSeriesThatThereAre() throws Exception {
        Clients clients = Clients.of(CLUSTER);
        clients.createTopic("sold");
        clients.send("sold", "one", "two", "three");
        try (KafkaConsumer<byte[], byte[]> shop = clients.groupConsumer("shop")) {
            shop.subscribe(List.of("sold"));
            Clients.take(shop, 3);
            shop.commitSync();
        }
        Await.until(
                "the group's lag", Clients.PATIENCE, () -> page().contains("curia_group_lag_records{group=\"shop\""));
        Await.until("the canary", Clients.PATIENCE, () -> page().contains("curia_canary_success{"));

        Map<String, DocumentedMetric> documented = DocumentedMetric.allOf(Files.readString(DOCS.resolve("metrics.md")));
        Set<String> scraped = page().lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceFirst("[{ ].*", ""))
                .collect(Collectors.toSet());

        Map<String, String> queries = queries();
        assertThat(queries).hasSizeGreaterThan(100);
        List<String> problems = new ArrayList<>();
        queries.forEach((where, query) -> problems(query, documented, scraped)
                .forEach(problem -> problems.add(where + ": " + problem + ", in: " + query)));
        assertThat(problems).isEmpty();
    }

    @Test
    void whatIsWrongWithAQueryIsFound() {
        Map<String, DocumentedMetric> documented = Map.of(
                "curia_a_total", new DocumentedMetric("curia_a_total", "counter", Set.of("kind"), true),
                "curia_b_seconds", new DocumentedMetric("curia_b_seconds", "histogram", Set.of("api"), false));
        Set<String> scraped = Set.of("curia_b_seconds_bucket");

        assertThat(problems(
                        "histogram_quantile(0.9, sum by (le, api) (rate(curia_b_seconds_bucket{api=\"x\"}[5m]))) > 1",
                        documented,
                        scraped))
                .isEmpty();
        assertThat(problems("sum(curia_c) by (job) or curia_a_total{kind=\"isr_shrunk\"}", documented, scraped))
                .containsExactly("curia_c is not documented");
        assertThat(problems("sum by (topic) (rate(curia_a_total{cause=\"x\", kind=\"isr\"}[1m]))", documented, scraped))
                .containsExactlyInAnyOrder(
                        "curia_a_total has no label cause", "there is no kind isr", "nothing has the label topic");
        assertThat(problems("curia_b_seconds", documented, scraped))
                .containsExactly("curia_b_seconds is a histogram: expected its _bucket, _count, _sum or _max");
        assertThat(problems("curia_b_seconds_max", documented, scraped))
                .containsExactly("curia_b_seconds_max is not in the scrape");
    }

    @Test
    void everyAlertHasItsRunbook() throws Exception {
        String rules = Files.readString(DEPLOY.resolve("prometheus/alerts.yml"));
        Set<String> anchors = anchors(Files.readString(DOCS.resolve("operations.md")));
        List<String> alerts = all(rules, "(?m)^ *- alert: (\\w+)$");

        assertThat(alerts).hasSizeGreaterThan(20).doesNotHaveDuplicates();
        assertThat(all(rules, "(?m)^ *runbook_url: docs/operations.md#(\\S+)$"))
                .hasSameSizeAs(alerts)
                .allSatisfy(anchor -> assertThat(anchors).contains(anchor));
        assertThat(all(rules, "(?m)^ *severity: (critical|warning)$")).hasSameSizeAs(alerts);
    }

    @Test
    void prometheusItselfTakesRulesAndQueries() throws Exception {
        Needs.installed("promtool");
        StringBuilder rules = new StringBuilder("groups:\n- name: panels\n  rules:\n");
        for (String query : queries().values()) {
            rules.append("  - record: panel\n    expr: '")
                    .append(query.replace("'", "''"))
                    .append("'\n");
            rules.append("    labels: {number: \"").append(rules.length()).append("\"}\n");
        }
        Path panels = Files.writeString(scratch.resolve("panels.yml"), rules.toString());
        promtool("check", "rules", panels.toString());
        promtool("check", "rules", DEPLOY.resolve("prometheus/alerts.yml").toString());
        promtool(
                "test",
                "rules",
                Distribution.find()
                        .sources()
                        .resolve("system-tests/src/test/prometheus/alerts-test.yml")
                        .toString());
    }

    private static void promtool(String... arguments) {
        List<String> line = new ArrayList<>(List.of("promtool"));
        line.addAll(List.of(arguments));
        Command.Result result = Command.of(line).within(Duration.ofMinutes(1)).run();
        assertThat(result.exitCode()).as(result.text() + result.err()).isZero();
    }

    private static String page() throws IOException, InterruptedException {
        return CLUSTER.node().get("/metrics").body();
    }

    private static List<String> problems(String query, Map<String, DocumentedMetric> documented, Set<String> scraped) {
        List<String> problems = new ArrayList<>();
        Set<String> labels = new TreeSet<>(LABELS_OF_PROMETHEUS);
        PromQuery parsed = PromQuery.parse(query);
        for (Selector selector : parsed.selectors()) {
            if (OF_PROMETHEUS.contains(selector.name())) continue;
            Optional<DocumentedMetric> metric = find(selector.name(), documented);
            if (metric.isEmpty()) {
                problems.add(selector.name() + " is not documented");
                continue;
            }
            Set<String> own = new TreeSet<>(metric.get().labels());
            own.addAll(LABELS_OF_PROMETHEUS);
            if (selector.name().endsWith("_bucket")) own.add("le");
            labels.addAll(own);
            selector.matchers().keySet().stream()
                    .filter(label -> !own.contains(label))
                    .forEach(label -> problems.add(selector.name() + " has no label " + label));
            String kind = selector.matchers().get("kind");
            if (kind != null && Stream.of(EventKind.values()).noneMatch(known -> isNamed(known, kind)))
                problems.add("there is no kind " + kind);
            if (selector.name().equals(metric.get().name())
                    && metric.get().type().equals("histogram"))
                problems.add(selector.name() + " is a histogram: expected its _bucket, _count, _sum or _max");
            else if (!metric.get().later() && !scraped.contains(selector.name()))
                problems.add(selector.name() + " is not in the scrape");
        }
        parsed.groupings().stream()
                .filter(label -> !labels.contains(label))
                .forEach(label -> problems.add("nothing has the label " + label));
        return problems;
    }

    private static boolean isNamed(EventKind known, String kind) {
        return known.name().toLowerCase(Locale.ROOT).equals(kind);
    }

    private static Optional<DocumentedMetric> find(String series, Map<String, DocumentedMetric> documented) {
        DocumentedMetric metric = documented.get(series);
        if (metric != null) return Optional.of(metric);
        DocumentedMetric whole = documented.get(series.replaceFirst("_(bucket|count|sum|max)$", ""));
        if (whole == null || !Set.of("histogram", "summary").contains(whole.type())) return Optional.empty();
        return Optional.of(whole);
    }

    /** Of all alerts and panels, by where they are. */
    private static Map<String, String> queries() throws IOException {
        Map<String, String> queries = new LinkedHashMap<>();
        String rules = Files.readString(DEPLOY.resolve("prometheus/alerts.yml"));
        for (String expression : all(rules, "(?m)^ *expr: (?:>-\n *)?(\\S.*)$"))
            queries.put("alerts.yml " + queries.size(), expression);
        try (Stream<Path> files = Files.list(DEPLOY.resolve("grafana"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                for (Matcher text = JSON_TEXT.matcher(Files.readString(file)); text.find(); )
                    queries.put(file.getFileName() + " " + queries.size(), filledIn(text.group(1), text.group(2)));
            }
        }
        return queries;
    }

    /** As Grafana would ask it, for all values of its variables. */
    private static String filledIn(String what, String json) {
        String query = json.replace("\\\"", "\"").replace("\\\\", "\\");
        if (what.equals("definition")) {
            return query.replaceFirst("label_values\\((\\w+), (\\w+)\\)", "sum by ($2) ($1)");
        }
        return query.replace("$__rate_interval", "5m").replaceAll("\\$\\w+", ".*");
    }

    private static List<String> all(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(String markdown) {
        return all(markdown, "(?m)^#+ (.*)$").stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
