package dev.curia.broker.config;

import dev.curia.common.config.BrokerConfigs;
import dev.curia.common.config.ConfigKey;
import dev.curia.common.net.HostPort;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** The settings of a server process that no other part defines. Names are Kafka's wherever the meaning is Kafka's. */
public final class ServerKeys {
    private static final int INT = Integer.MAX_VALUE;

    public static final ConfigKey<List<String>> PROCESS_ROLES = new ConfigKey<>(
            "process.roles",
            ConfigKey.Type.LIST,
            null,
            "What this process is: a quorum node, a broker, or both.",
            "quorum, broker or quorum,broker",
            text -> {
                List<String> roles =
                        Arrays.stream(text.split(",")).map(String::strip).toList();
                if (!List.of("quorum", "broker").containsAll(roles)) throw new IllegalArgumentException("unknown role");
                return roles;
            });
    public static final ConfigKey<Integer> NODE_ID = ConfigKey.requiredInt(
            "node.id",
            0,
            INT,
            "This node's number. Brokers and quorum nodes are numbered apart; a combined node has one number for both.");
    public static final ConfigKey<String> CLUSTER_ID = new ConfigKey<>(
            "cluster.id",
            ConfigKey.Type.STRING,
            null,
            "The cluster's name, the same on every node and for ever; a data directory of another cluster is refused.",
            "1 to 64 letters, digits, dashes, underscores or dots",
            text -> {
                if (text.matches("[A-Za-z0-9._-]{1,64}")) return text;
                throw new IllegalArgumentException("not such a name");
            });
    public static final ConfigKey<List<Listener>> LISTENERS = listOf(
            "listeners",
            "PLAINTEXT://:9092",
            "Where Kafka clients connect: NAME://host:port, separated by commas; no host means all addresses.",
            "a list of NAME://host:port",
            Listener::parse);
    public static final ConfigKey<List<Listener>> ADVERTISED_LISTENERS = listOf(
            "advertised.listeners",
            "",
            "What clients are told to connect to; a listener that is not named here is advertised as it is bound.",
            "a list of NAME://host:port",
            Listener::parse);
    public static final ConfigKey<HostPort> RPC_LISTENER = address(
            "rpc.listener",
            ":9095",
            "Where a broker serves gRPC: replication and the data API. No host means all addresses.");
    public static final ConfigKey<String> RPC_ADVERTISED = ConfigKey.ofString(
            "rpc.advertised", "", "The host:port that other brokers and gRPC clients are told; empty: as bound.");
    public static final ConfigKey<String> QUORUM_VOTERS = ConfigKey.ofString(
            "quorum.voters",
            "",
            "The quorum nodes at the cluster's first start: id@host:raftPort:rpcPort, separated by commas. Required on quorum nodes. Later only a node's own entry counts, for where it listens: who is in the quorum is in its data directory, and changed with 'curia quorum add' and 'remove'.");
    public static final ConfigKey<List<HostPort>> QUORUM_BOOTSTRAP_SERVERS = listOf(
            "quorum.bootstrap.servers",
            "",
            "The gRPC addresses of quorum nodes that a broker looks for the controller at; empty: those of quorum.voters.",
            "a list of host:port",
            HostPort::parse);
    public static final ConfigKey<String> QUORUM_DATA_DIR = ConfigKey.ofString(
            "quorum.data.dir", "", "Where a quorum node keeps its log and state. Required on quorum nodes.");
    public static final ConfigKey<List<String>> LOG_DIRS =
            ConfigKey.ofList("log.dirs", "", "Where a broker keeps its partitions. Required on brokers.");
    public static final ConfigKey<HostPort> HTTP_LISTENER = address(
            "http.listener",
            ":9096",
            "Where /metrics, /health and the web console (/console/) are served over HTTP. No host means all addresses.");
    public static final ConfigKey<String> BROKER_RACK = ConfigKey.ofString(
            "broker.rack", "", "The rack of a broker: replicas of a partition are spread over racks.");
    public static final ConfigKey<String> REPLICA_SELECTOR = new ConfigKey<>(
            "replica.selector.class",
            ConfigKey.Type.STRING,
            "org.apache.kafka.common.replica.LeaderSelector",
            "Where consumers are sent to read: to the leader, or to a replica in sync in their own client.rack, if there is one.",
            "org.apache.kafka.common.replica.LeaderSelector or org.apache.kafka.common.replica.RackAwareReplicaSelector",
            text -> {
                if (text.equals("org.apache.kafka.common.replica.LeaderSelector")
                        || text.equals("org.apache.kafka.common.replica.RackAwareReplicaSelector")) return text;
                throw new IllegalArgumentException("no such selector");
            });
    public static final ConfigKey<Integer> NUM_PARTITIONS = ConfigKey.ofInt(
            "num.partitions",
            1,
            1,
            INT,
            "Partitions of a topic that is created without saying how many. Read by quorum nodes.");
    public static final ConfigKey<Integer> DEFAULT_REPLICATION_FACTOR = ConfigKey.ofInt(
            "default.replication.factor",
            1,
            1,
            32767,
            "Replicas of a topic that is created without saying how many. Read by quorum nodes.");
    public static final ConfigKey<Boolean> AUTO_CREATE_TOPICS = ConfigKey.ofBoolean(
            "auto.create.topics.enable", true, "Whether a client that asks for an unknown topic creates it.");
    public static final ConfigKey<Integer> REQUEST_MAX_BYTES = ConfigKey.ofInt(
            "socket.request.max.bytes",
            104_857_600,
            1,
            INT,
            "The largest Kafka request accepted, in bytes; a larger one closes the connection.");
    public static final ConfigKey<Integer> SEND_BUFFER_BYTES = ConfigKey.ofInt(
            "socket.send.buffer.bytes",
            -1,
            -1,
            INT,
            "What the system may keep of answers for each client connection, in bytes (SO_SNDBUF); -1: as it likes. 262144 saves processor time where it"
                    + " paces what it sends (BBR) and consumers have large receive buffers.");
    public static final ConfigKey<Integer> RECEIVE_BUFFER_BYTES = ConfigKey.ofInt(
            "socket.receive.buffer.bytes",
            -1,
            -1,
            INT,
            "What the system may keep of requests for each client connection, in bytes (SO_RCVBUF); -1: as it likes.");
    public static final ConfigKey<Long> CONNECTIONS_MAX_IDLE_MS = ConfigKey.ofLong(
            "connections.max.idle.ms",
            600_000,
            1,
            Long.MAX_VALUE,
            "A client connection silent for this long, in milliseconds, is closed.");
    public static final ConfigKey<Integer> NETWORK_THREADS = ConfigKey.ofInt(
            "num.network.threads",
            0,
            0,
            1024,
            "Threads that serve client connections; 0: one a processor, but where there are at most two, connections without TLS are served by"
                    + " the threads that own partitions.");
    public static final ConfigKey<Integer> IO_THREADS =
            ConfigKey.ofInt("num.io.threads", 4, 1, 1024, "Threads for reads that may have to wait for the disk.");
    public static final ConfigKey<Integer> REPLICA_LOOPS = ConfigKey.ofInt(
            "num.partition.loops",
            0,
            0,
            1024,
            "Threads that own partitions, and carry what is replicated over gRPC; 0: one for two processors.");
    public static final ConfigKey<Long> REPLICA_LAG_TIME_MAX_MS = ConfigKey.ofLong(
            "replica.lag.time.max.ms",
            30_000,
            1,
            Long.MAX_VALUE,
            "A follower not caught up for this long, in milliseconds, leaves the in-sync replicas.");
    public static final ConfigKey<Long> CHECKPOINT_INTERVAL_MS = ConfigKey.ofLong(
            "replica.high.watermark.checkpoint.interval.ms",
            5_000,
            10,
            Long.MAX_VALUE,
            "How often high watermarks and recovery points are written to disk, in milliseconds.");
    public static final ConfigKey<Long> BACKGROUND_FLUSH_MS = ConfigKey.ofLong(
            "log.flush.background.ms",
            60_000,
            10,
            Long.MAX_VALUE,
            "Records are put on disk in the background at the latest after this time, in milliseconds, so that a restart after a crash has little to scan. flush.messages and flush.ms of a topic make it sooner.");
    public static final ConfigKey<Long> LOG_DIR_RESERVE_BYTES = ConfigKey.ofLong(
            "log.dir.reserve.bytes",
            -1,
            -1,
            Long.MAX_VALUE,
            "Below so many usable bytes nothing is appended to a log directory until there is clearly more: producers are answered with an error that they retry, followers pause, and reads, retention and deletions go on. -1: 5 % of the file system, at most 256 MiB.");
    public static final ConfigKey<Long> RETENTION_CHECK_MS = ConfigKey.ofLong(
            "log.retention.check.interval.ms",
            300_000,
            1,
            Long.MAX_VALUE,
            "How often logs are looked through for segments that retention may drop, in milliseconds.");
    public static final ConfigKey<Integer> PRODUCER_EXPIRATION_MS = ConfigKey.ofInt(
            "producer.id.expiration.ms",
            86_400_000,
            1,
            INT,
            "A producer that has written nothing to a partition for this long, in milliseconds, and has no transaction open there, is forgotten: its duplicates are no longer told, and it goes on with a new epoch.");
    public static final ConfigKey<Integer> PRODUCER_EXPIRATION_CHECK_MS = ConfigKey.ofInt(
            "producer.id.expiration.check.interval.ms",
            600_000,
            1,
            INT,
            "How often producers to be forgotten are looked for, in milliseconds.");
    public static final ConfigKey<Integer> PRODUCERS_MAX = ConfigKey.ofInt(
            "curia.producers.per.partition.max",
            200_000,
            1,
            INT,
            "How many producers a partition remembers; of more it forgets those that were idle longest.");
    public static final ConfigKey<Integer> RECOVERY_THREADS = ConfigKey.ofInt(
            "num.recovery.threads.per.data.dir",
            2,
            1,
            1024,
            "How many logs are opened, and recovered after a crash, at the same time for each of log.dirs.");
    public static final ConfigKey<Integer> FETCH_SESSION_SLOTS = ConfigKey.ofInt(
            "max.incremental.fetch.session.cache.slots",
            1_000,
            0,
            INT,
            "How many incremental fetch sessions are remembered (KIP-227).");
    public static final ConfigKey<Integer> SESSION_TIMEOUT_MS = ConfigKey.ofInt(
            "broker.session.timeout.ms",
            3_000,
            100,
            INT,
            "A broker silent for this long, in milliseconds, is fenced. Read by quorum nodes.");
    public static final ConfigKey<Integer> RECONNECT_WINDOW_MS = ConfigKey.ofInt(
            "broker.reconnect.window.ms",
            500,
            0,
            INT,
            "A broker whose connection broke is fenced when it has not come back within this time, in milliseconds. Read by quorum nodes.");
    public static final ConfigKey<Integer> UNCLEAN_RECOVERY_MS = ConfigKey.ofInt(
            "unclean.recovery.timeout.ms",
            300_000,
            0,
            INT,
            "When all replicas that had everything stopped uncleanly, as in a power failure, the longest log leads when all of them are back, or"
                    + " after this time, in milliseconds, the longest of those that are (KIP-966). Read by quorum nodes.");
    public static final ConfigKey<Integer> HEARTBEAT_INTERVAL_MS = ConfigKey.ofInt(
            "broker.heartbeat.interval.ms",
            500,
            10,
            INT,
            "How often brokers report, in milliseconds. Read by quorum nodes.");
    public static final ConfigKey<Boolean> LEADER_REBALANCE = ConfigKey.ofBoolean(
            "auto.leader.rebalance.enable",
            true,
            "Whether leadership goes back to preferred leaders (the first of a partition's replicas) by itself. Read by quorum nodes.");
    public static final ConfigKey<Integer> LEADER_IMBALANCE_CHECK_SECONDS = ConfigKey.ofInt(
            "leader.imbalance.check.interval.seconds",
            300,
            1,
            INT,
            "How often the controller looks for partitions whose preferred leader could lead and does not, in seconds.");
    public static final ConfigKey<Long> ABSENCE_REPLACE_MS = ConfigKey.ofLong(
            "curia.broker.absence.replace.ms",
            -1,
            -1,
            1_000_000_000_000L,
            "A broker that is away for this time, in milliseconds, is replaced: what it held is made anew on other brokers. Not one in maintenance,"
                    + " and none while more than half are away. -1: never. Read by quorum nodes.");
    public static final ConfigKey<Integer> MOVES_PER_BROKER = ConfigKey.ofInt(
            "curia.moves.per.broker.max",
            10,
            1,
            INT,
            "Drains and replacements begin no more moves of partitions to or from a broker at once. Read by quorum nodes.");
    public static final ConfigKey<Integer> ELECTION_TIMEOUT_MS = ConfigKey.ofInt(
            "quorum.election.timeout.ms",
            500,
            50,
            60_000,
            "A quorum node that hears no leader for this time to twice this time, in milliseconds, starts an election.");
    public static final ConfigKey<Integer> CONTROLLED_SHUTDOWN_MS = ConfigKey.ofInt(
            "controlled.shutdown.timeout.ms",
            10_000,
            0,
            INT,
            "How long a stopping broker waits, in milliseconds, for its leaderships to be handed over.");

    /** In the order of the reference page. */
    public static final List<ConfigKey<?>> ALL = List.of(
            PROCESS_ROLES,
            NODE_ID,
            CLUSTER_ID,
            LISTENERS,
            ADVERTISED_LISTENERS,
            RPC_LISTENER,
            RPC_ADVERTISED,
            HTTP_LISTENER,
            QUORUM_VOTERS,
            QUORUM_BOOTSTRAP_SERVERS,
            QUORUM_DATA_DIR,
            LOG_DIRS,
            BROKER_RACK,
            REPLICA_SELECTOR,
            NUM_PARTITIONS,
            DEFAULT_REPLICATION_FACTOR,
            AUTO_CREATE_TOPICS,
            REQUEST_MAX_BYTES,
            SEND_BUFFER_BYTES,
            RECEIVE_BUFFER_BYTES,
            CONNECTIONS_MAX_IDLE_MS,
            BrokerConfigs.MAX_CONNECTIONS,
            BrokerConfigs.MAX_CONNECTIONS_PER_IP,
            BrokerConfigs.MAX_CONNECTIONS_PER_IP_OVERRIDES,
            BrokerConfigs.MAX_CONNECTION_CREATION_RATE,
            NETWORK_THREADS,
            IO_THREADS,
            REPLICA_LOOPS,
            REPLICA_LAG_TIME_MAX_MS,
            CHECKPOINT_INTERVAL_MS,
            BACKGROUND_FLUSH_MS,
            LOG_DIR_RESERVE_BYTES,
            RETENTION_CHECK_MS,
            PRODUCER_EXPIRATION_MS,
            PRODUCER_EXPIRATION_CHECK_MS,
            PRODUCERS_MAX,
            RECOVERY_THREADS,
            FETCH_SESSION_SLOTS,
            SESSION_TIMEOUT_MS,
            RECONNECT_WINDOW_MS,
            UNCLEAN_RECOVERY_MS,
            HEARTBEAT_INTERVAL_MS,
            LEADER_REBALANCE,
            LEADER_IMBALANCE_CHECK_SECONDS,
            ABSENCE_REPLACE_MS,
            MOVES_PER_BROKER,
            ELECTION_TIMEOUT_MS,
            CONTROLLED_SHUTDOWN_MS);

    private ServerKeys() {}

    private static <T> ConfigKey<List<T>> listOf(
            String name, String defaultText, String doc, String accepts, Function<String, T> item) {
        return new ConfigKey<>(
                name,
                ConfigKey.Type.LIST,
                defaultText,
                doc,
                accepts,
                text -> Stream.of(text.split(","))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .map(item)
                        .toList());
    }

    private static ConfigKey<HostPort> address(String name, String defaultText, String doc) {
        return new ConfigKey<>(name, ConfigKey.Type.STRING, defaultText, doc, "host:port", HostPort::parse);
    }
}
