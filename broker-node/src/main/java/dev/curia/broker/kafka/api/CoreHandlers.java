package dev.curia.broker.kafka.api;

import dev.curia.broker.config.ServerKeys;
import dev.curia.broker.config.Settings;
import dev.curia.broker.fetch.DiskReads;
import dev.curia.broker.fetch.FetchSessions;
import dev.curia.broker.txn.Membership;
import dev.curia.common.time.Clock;
import dev.curia.metadata.acl.Authorization;
import dev.curia.replica.Replicas;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** The handlers of everything but groups and transactions: data, metadata, administration. */
public final class CoreHandlers {
    private CoreHandlers() {}

    /** What the handlers need of the rest of the broker. */
    public record Ports(
            ClusterView cluster,
            Replicas replicas,
            LogDirs logDirs,
            TopicAdmin topics,
            ClusterAdmin clusterAdmin,
            Settings settings,
            Membership membership,
            FetchSessions fetchSessions,
            DiskReads disk,
            Clock clock,
            LoggerLevels loggers,
            AclAdmin acls,
            Authorization authorization) {}

    /** One handler a request kind; ApiVersions comes with {@link ApiTable#of}. */
    public static List<RequestHandler<?>> of(Ports ports) {
        PartitionLookup partitions = new PartitionLookup(ports.cluster, ports.replicas);
        ConfigAlterations alterations =
                new ConfigAlterations(ports.topics, new BrokerLoggers(ports.cluster, ports.loggers));
        ConfigEntries configs = new ConfigEntries(ports.cluster, ports.settings);
        boolean acls = ports.authorization.isOn();
        return List.of(
                new ProduceHandler(partitions, ports.membership),
                new FetchHandler(
                        partitions,
                        ports.fetchSessions,
                        ports.disk,
                        ReplicaSelector.named(ports.settings.get(ServerKeys.REPLICA_SELECTOR)),
                        ports.authorization),
                new ListOffsetsHandler(partitions, ports.disk),
                new OffsetForLeaderEpochHandler(partitions),
                new DescribeProducersHandler(partitions),
                new MetadataHandler(ports.cluster, ports.topics, ports.settings.get(ServerKeys.AUTO_CREATE_TOPICS)),
                new DescribeClusterHandler(ports.cluster),
                new DescribeConfigsHandler(ports.cluster, configs, ports.loggers),
                new ListConfigResourcesHandler(ports.cluster),
                new AlterConfigsHandler(alterations),
                new IncrementalAlterConfigsHandler(alterations),
                new DeleteRecordsHandler(partitions),
                new DescribeLogDirsHandler(ports.logDirs, ports.disk),
                new AlterReplicaLogDirsHandler(ports.logDirs),
                new CreateTopicsHandler(ports.topics, configs, ports.settings.get(ServerKeys.NUM_PARTITIONS)),
                new DeleteTopicsHandler(ports.cluster, ports.topics),
                new CreatePartitionsHandler(ports.cluster, ports.topics),
                new ElectLeadersHandler(ports.topics),
                new AlterReassignmentsHandler(ports.topics),
                new ListReassignmentsHandler(ports.cluster),
                new UnregisterBrokerHandler(ports.clusterAdmin),
                new UpdateFeaturesHandler(ports.clusterAdmin),
                new DescribeClientQuotasHandler(ports.cluster),
                new AlterClientQuotasHandler(ports.clusterAdmin),
                new DescribeQuorumHandler(ports.clusterAdmin, ports.clock),
                new DescribeTopicPartitionsHandler(ports.cluster),
                acls ? new DescribeAclsHandler(ports.cluster) : new NoAclsHandler(ApiKeys.DESCRIBE_ACLS),
                acls ? new CreateAclsHandler(ports.acls) : new NoAclsHandler(ApiKeys.CREATE_ACLS),
                acls ? new DeleteAclsHandler(ports.acls) : new NoAclsHandler(ApiKeys.DELETE_ACLS));
    }
}
