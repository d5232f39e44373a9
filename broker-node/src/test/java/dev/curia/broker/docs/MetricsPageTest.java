package dev.curia.broker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.DocumentedMeters;
import dev.curia.broker.DocumentedMeters.Chapter;
import dev.curia.common.metric.MetricKey;
import java.io.IOException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
    @Test
    void metricsReferenceIsUpToDate() throws IOException {
        String page = """
                # Metrics

                Generated from the code. Every node serves these at `/metrics` of its HTTP port (`http.listener`, 9096), for Prometheus. Alerts are
                in `prometheus/alerts.yml` of the distribution, dashboards in `grafana/`; what to do when an alert fires is in
                [operations.md](operations.md).

                A histogram is of seconds and has the series `_bucket`, `_count` and `_sum`. Beside it there may be a gauge of the same name and `_max`: the
                largest value of the last two minutes or so. Where "not before it happens" is said, there is no series until something is counted for
                the first time. `job` and `instance` come from Prometheus.

                %s""".formatted(
                DocumentedMeters.CHAPTERS.stream().map(MetricsPageTest::chapter).collect(Collectors.joining("\n")));
        ReferencePage.check("metrics.md", page);
    }

    private static String chapter(Chapter chapter) {
        StringBuilder text = new StringBuilder("## " + chapter.title() + "\n" + chapter.where() + "\n\n")
                .append("| metric | type, unit | labels | meaning | when it is high, or worth a look |\n")
                .append("| --- | --- | --- | --- | --- |\n");
        chapter.keys()
                .forEach(key -> text.append("| `%s` | %s | %s | %s | %s |\n"
                        .formatted(
                                key.name(),
                                key.type() + (key.unit().isEmpty() ? "" : ", " + key.unit()),
                                key.labels().stream()
                                        .map(label -> "`" + label + "`")
                                        .collect(Collectors.joining(", ")),
                                ReferencePage.cell(key.meaning() + (key.later() ? " Not before it happens." : "")),
                                ReferencePage.cell(key.advice()))));
        return text.toString();
    }

    @Test
    void noNameIsUsedTwice() {
        assertThat(DocumentedMeters.all().stream().map(MetricKey::name)).doesNotHaveDuplicates();
    }
}
