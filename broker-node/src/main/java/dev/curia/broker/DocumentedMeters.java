package dev.curia.broker;

import dev.curia.broker.access.DenialLog;
import dev.curia.broker.bridge.BrokerMetrics;
import dev.curia.broker.bridge.EventOutbox;
import dev.curia.broker.bridge.TopicMetrics;
import dev.curia.broker.canary.CanaryMetrics;
import dev.curia.broker.group.GroupMetrics;
import dev.curia.broker.kafka.net.KafkaMetrics;
import dev.curia.broker.lag.LagMetrics;
import dev.curia.broker.metrics.LoopMetrics;
import dev.curia.broker.metrics.ProcessMetrics;
import dev.curia.broker.quota.QuotaMetrics;
import dev.curia.broker.security.LoginMetrics;
import dev.curia.broker.security.TlsMetrics;
import dev.curia.broker.txn.TxnMetrics;
import dev.curia.common.metric.MetricKey;
import dev.curia.log.LogMetrics;
import dev.curia.log.clean.CleanerMetrics;
import dev.curia.metadata.event.EventReporter;
import dev.curia.metadata.quorum.QuorumMetrics;
import dev.curia.metadata.ratis.RatisMeters;
import dev.curia.replica.port.AuditMetrics;
import dev.curia.replica.port.ReplicaMetrics;
import java.util.List;
import java.util.stream.Stream;

/** All that a server process may tell at {@code /metrics}: the reference page, and what is allowed there. */
public final class DocumentedMeters {
    /** @param where which processes have them */
    public record Chapter(String title, String where, List<MetricKey> keys) {}

    /** In the order of the reference page. */
    public static final List<Chapter> CHAPTERS = List.of(
            new Chapter("Requests of clients", "Brokers.", KafkaMetrics.KEYS),
            new Chapter(
                    "Logins and certificates",
                    "Brokers.",
                    Stream.of(LoginMetrics.KEYS, TlsMetrics.KEYS)
                            .flatMap(List::stream)
                            .toList()),
            new Chapter("Standing in the cluster", "Brokers.", BrokerMetrics.KEYS),
            new Chapter("Partitions and replication", "Brokers.", ReplicaMetrics.KEYS),
            new Chapter(
                    "Topics",
                    "Brokers; each tells of what it leads, or has on its disks. Added up at each scrape, from what the"
                            + " replicas have published.",
                    TopicMetrics.KEYS),
            new Chapter("Logs and disks", "Brokers.", LogMetrics.KEYS),
            new Chapter("Compaction", "Brokers.", CleanerMetrics.KEYS),
            new Chapter("The replica auditor", "Brokers.", AuditMetrics.KEYS),
            new Chapter("Groups", "Brokers; each tells of the groups that it coordinates.", GroupMetrics.KEYS),
            new Chapter(
                    "How far groups are behind",
                    "Brokers; each tells of the groups that it coordinates, every `curia.group.lag.interval.ms`."
                            + " Fetches do not count, only commits.",
                    LagMetrics.KEYS),
            new Chapter(
                    "Client quotas",
                    "Brokers; each tells of its own clients. `quota` is one of Kafka's: `producer_byte_rate`,"
                            + " `consumer_byte_rate`, `request_percentage`, `controller_mutation_rate`,"
                            + " `connection_creation_rate`.",
                    QuotaMetrics.KEYS),
            new Chapter(
                    "Transactions",
                    "Brokers; each tells of the transactional ids that it coordinates.",
                    TxnMetrics.KEYS),
            new Chapter(
                    "The canary",
                    "Brokers with `canary.enable`; each tells of all brokers in service, by the id in `leader`.",
                    CanaryMetrics.KEYS),
            new Chapter("Access control", "Brokers and quorum nodes with `authorizer.class.name`.", DenialLog.KEYS),
            new Chapter("The metadata quorum", "Quorum nodes.", QuorumMetrics.KEYS),
            new Chapter("Raft", "Quorum nodes; `member` is the node itself.", RatisMeters.KEYS),
            new Chapter(
                    "Events",
                    "Brokers, and the quorum node that is the active controller.",
                    Stream.of(EventOutbox.KEYS, EventReporter.KEYS)
                            .flatMap(List::stream)
                            .toList()),
            new Chapter("Threads", "All.", LoopMetrics.KEYS),
            new Chapter("Process and virtual machine", "All.", ProcessMetrics.KEYS));

    private DocumentedMeters() {}

    /** Of all chapters. */
    public static List<MetricKey> all() {
        return CHAPTERS.stream().flatMap(chapter -> chapter.keys.stream()).toList();
    }
}
