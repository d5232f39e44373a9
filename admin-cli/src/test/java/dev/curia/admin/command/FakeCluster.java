package dev.curia.admin.command;

import com.google.protobuf.ByteString;
import dev.curia.proto.admin.v1.AdminGrpc;
import dev.curia.proto.admin.v1.AlterClientQuotasRequest;
import dev.curia.proto.admin.v1.AlterClientQuotasResponse;
import dev.curia.proto.admin.v1.AlterConfigsRequest;
import dev.curia.proto.admin.v1.AlterConfigsResponse;
import dev.curia.proto.admin.v1.AlterReassignmentsRequest;
import dev.curia.proto.admin.v1.AlterReassignmentsResponse;
import dev.curia.proto.admin.v1.AlteredConfigs;
import dev.curia.proto.admin.v1.AlteredReassignment;
import dev.curia.proto.admin.v1.BrokerDescription;
import dev.curia.proto.admin.v1.ChangeStandingRequest;
import dev.curia.proto.admin.v1.ChangeStandingResponse;
import dev.curia.proto.admin.v1.ConfigAlteration;
import dev.curia.proto.admin.v1.ConfigChange;
import dev.curia.proto.admin.v1.CreatePartitionsRequest;
import dev.curia.proto.admin.v1.CreatePartitionsResponse;
import dev.curia.proto.admin.v1.CreateTopicsRequest;
import dev.curia.proto.admin.v1.CreateTopicsResponse;
import dev.curia.proto.admin.v1.CreatedPartitions;
import dev.curia.proto.admin.v1.CreatedTopic;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsResponse;
import dev.curia.proto.admin.v1.DeletedTopic;
import dev.curia.proto.admin.v1.DescribeClientQuotasRequest;
import dev.curia.proto.admin.v1.DescribeClientQuotasResponse;
import dev.curia.proto.admin.v1.DescribeClusterRequest;
import dev.curia.proto.admin.v1.DescribeClusterResponse;
import dev.curia.proto.admin.v1.DescribeDrainRequest;
import dev.curia.proto.admin.v1.DescribeDrainResponse;
import dev.curia.proto.admin.v1.DescribeTopicsRequest;
import dev.curia.proto.admin.v1.DescribeTopicsResponse;
import dev.curia.proto.admin.v1.ElectLeadersRequest;
import dev.curia.proto.admin.v1.ElectLeadersResponse;
import dev.curia.proto.admin.v1.ElectedLeader;
import dev.curia.proto.admin.v1.EventPosition;
import dev.curia.proto.admin.v1.ListConfigsRequest;
import dev.curia.proto.admin.v1.ListConfigsResponse;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.admin.v1.ListReassignmentsRequest;
import dev.curia.proto.admin.v1.ListReassignmentsResponse;
import dev.curia.proto.admin.v1.ListTopicsRequest;
import dev.curia.proto.admin.v1.ListTopicsResponse;
import dev.curia.proto.admin.v1.MayStopRequest;
import dev.curia.proto.admin.v1.MayStopResponse;
import dev.curia.proto.admin.v1.NewTopic;
import dev.curia.proto.admin.v1.OngoingReassignment;
import dev.curia.proto.admin.v1.PartitionCount;
import dev.curia.proto.admin.v1.PartitionDescription;
import dev.curia.proto.admin.v1.PlanRebalanceRequest;
import dev.curia.proto.admin.v1.PlanRebalanceResponse;
import dev.curia.proto.admin.v1.Reassignment;
import dev.curia.proto.admin.v1.StopLease;
import dev.curia.proto.admin.v1.StopObstacle;
import dev.curia.proto.admin.v1.TopicDescription;
import dev.curia.proto.admin.v1.TopicPartitions;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.admin.v1.TopicSummary;
import dev.curia.proto.admin.v1.UnregisterBrokerRequest;
import dev.curia.proto.admin.v1.UnregisterBrokerResponse;
import dev.curia.proto.admin.v1.UpdateFeaturesRequest;
import dev.curia.proto.admin.v1.UpdateFeaturesResponse;
import dev.curia.proto.common.v1.Endpoint;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.data.v1.ProduceRequest;
import dev.curia.proto.data.v1.Record;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.metadata.v1.ControllerHint;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Real gRPC servers on loopback with topics in memory: a controller, a follower that knows it, and two brokers of which each leads
 * every second partition. Each broker's next answers to produce and consume can be replaced by failures.
 */
final class FakeCluster implements AutoCloseable {
    private static final Metadata.Key<ControllerHint> HINT =
            Metadata.Key.of("controller-hint-bin", ProtoUtils.metadataMarshaller(ControllerHint.getDefaultInstance()));

    final Map<String, List<List<Record>>> topics = new TreeMap<>();
    final List<Event> events = new CopyOnWriteArrayList<>(); // indexes from 1 on
    final List<ListEventsRequest> eventRequests = new CopyOnWriteArrayList<>();
    final Map<String, String> configs = new ConcurrentHashMap<>(); // the same for every topic
    final List<TopicDescription> described = new CopyOnWriteArrayList<>(); // instead of what topics say
    final List<TopicSummary> listed = new CopyOnWriteArrayList<>(); // likewise
    final Map<Integer, OngoingReassignment> moves = new TreeMap<>(); // of topic "orders"
    final List<ChangeStandingRequest.Action> standings = new ArrayList<>();
    final Queue<DescribeDrainResponse> drains = new ConcurrentLinkedQueue<>();
    final Queue<PlanRebalanceResponse> plans = new ConcurrentLinkedQueue<>();
    final Queue<Status> nextProduceAnswers = new ConcurrentLinkedQueue<>();
    final Queue<Status> nextConsumeAnswers = new ConcurrentLinkedQueue<>();
    final List<ProduceRequest> produced = new ArrayList<>();
    final FakeQuorum quorum = new FakeQuorum();
    final FakeQuotas quotas = new FakeQuotas();
    final FakeFeatures features = new FakeFeatures();
    private final Server controller = serve(new ControllerAdmin(), quorum);
    private final int controllerPort = controller.getPort();
    private final Server follower = serve(new FollowerAdmin());
    final FakeGroups groups = new FakeGroups();
    final FakeBrokerAdmin brokerAdmin = new FakeBrokerAdmin(); // of the first
    private final List<Server> brokers = List.of(
            serve(new FakeData(this, 0), groups.on(0), brokerAdmin), serve(new FakeData(this, 1), groups.on(1)));

    String controllerAddress() {
        return "127.0.0.1:" + controllerPort;
    }

    String followerAddress() {
        return "127.0.0.1:" + follower.getPort();
    }

    String brokerAddress() {
        return "127.0.0.1:" + brokers.get(0).getPort();
    }

    void stopController() throws InterruptedException {
        controller.shutdownNow().awaitTermination();
    }

    /** Fails the test when there is no such partition. */
    synchronized List<Record> log(String topic, int partition) {
        return Objects.requireNonNull(topics.get(topic), topic).get(partition);
    }

    synchronized void addTopic(String name, int partitions) {
        List<List<Record>> logs = new ArrayList<>();
        for (int i = 0; i < partitions; i++) logs.add(new ArrayList<>());
        topics.put(name, logs);
    }

    @Override
    public void close() {
        controller.shutdownNow();
        follower.shutdownNow();
        brokers.forEach(Server::shutdownNow);
    }

    private static Server serve(BindableService... services) {
        try {
            return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .addServices(Arrays.stream(services)
                            .map(BindableService::bindService)
                            .toList())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Status status(ErrorCode code, String message) {
        return Status.newBuilder().setCode(code).setMessage(message).build();
    }

    static <R> void answer(StreamObserver<R> to, R response) {
        to.onNext(response);
        to.onCompleted();
    }

    private final class FollowerAdmin extends AdminGrpc.AdminImplBase {
        @Override
        public void createTopics(CreateTopicsRequest request, StreamObserver<CreateTopicsResponse> to) {
            Metadata trailers = new Metadata();
            trailers.put(
                    HINT,
                    ControllerHint.newBuilder()
                            .setNodeId(101)
                            .setHost("127.0.0.1")
                            .setPort(controllerPort)
                            .build());
            to.onError(io.grpc.Status.UNAVAILABLE
                    .withDescription("node 102 is not the active controller")
                    .asRuntimeException(trailers));
        }
    }

    private final class ControllerAdmin extends AdminGrpc.AdminImplBase {
        @Override
        public void createTopics(CreateTopicsRequest request, StreamObserver<CreateTopicsResponse> to) {
            CreateTopicsResponse.Builder response = CreateTopicsResponse.newBuilder();
            for (NewTopic topic : request.getTopicsList()) {
                CreatedTopic.Builder created = response.addTopicsBuilder().setName(topic.getName());
                if (topics.containsKey(topic.getName())) {
                    created.setStatus(status(ErrorCode.TOPIC_ALREADY_EXISTS, "topic exists"));
                } else if (topic.getReplicationFactor() > 2) {
                    created.setStatus(status(
                            ErrorCode.INVALID_REPLICATION_FACTOR,
                            "replication factor " + topic.getReplicationFactor() + " is larger than the 2 brokers"));
                } else {
                    int partitions = Math.max(1, topic.getPartitions());
                    addTopic(topic.getName(), partitions);
                    created.setPartitions(partitions)
                            .setReplicationFactor(1)
                            .setTopicId(ByteString.copyFrom(new byte[16]));
                }
            }
            answer(to, response.build());
        }

        @Override
        public void deleteTopics(DeleteTopicsRequest request, StreamObserver<DeleteTopicsResponse> to) {
            DeleteTopicsResponse.Builder response = DeleteTopicsResponse.newBuilder();
            for (TopicRef topic : request.getTopicsList()) {
                DeletedTopic.Builder deleted = response.addTopicsBuilder().setName(topic.getName());
                if (topics.remove(topic.getName()) == null)
                    deleted.setStatus(status(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ""));
            }
            answer(to, response.build());
        }

        @Override
        public void createPartitions(CreatePartitionsRequest request, StreamObserver<CreatePartitionsResponse> to) {
            CreatePartitionsResponse.Builder response = CreatePartitionsResponse.newBuilder();
            for (PartitionCount wanted : request.getTopicsList()) {
                CreatedPartitions.Builder created = response.addTopicsBuilder().setTopic(wanted.getTopic());
                List<List<Record>> logs = topics.get(wanted.getTopic());
                if (logs == null) created.setStatus(status(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ""));
                else if (logs.size() >= wanted.getCount())
                    created.setStatus(status(ErrorCode.INVALID_PARTITIONS, "It has " + logs.size() + "."));
                else if (!request.getValidateOnly())
                    while (logs.size() < wanted.getCount()) logs.add(new ArrayList<>());
            }
            answer(to, response.build());
        }

        /** Even partitions need no election, odd ones get broker 1, other topics than "orders" have none in sync. */
        @Override
        public void electLeaders(ElectLeadersRequest request, StreamObserver<ElectLeadersResponse> to) {
            ElectLeadersResponse.Builder response = ElectLeadersResponse.newBuilder();
            for (TopicPartitions wanted : request.getPartitionsList()) {
                for (int p : wanted.getPartitionsList()) {
                    ElectedLeader.Builder elected = response.addPartitionsBuilder()
                            .setTopic(wanted.getTopic())
                            .setPartition(p);
                    if (!wanted.getTopic().equals("orders"))
                        elected.setStatus(status(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE, "Broker 1 is not in sync."));
                    else if (p % 2 == 0) elected.setStatus(status(ErrorCode.ELECTION_NOT_NEEDED, ""));
                    else elected.setLeader(1);
                }
            }
            answer(to, response.build());
        }

        /** Broker 1 only. */
        @Override
        public void changeStanding(ChangeStandingRequest request, StreamObserver<ChangeStandingResponse> to) {
            ChangeStandingResponse.Builder response = ChangeStandingResponse.newBuilder();
            if (request.getBrokerId() != 1)
                response.setStatus(status(ErrorCode.BROKER_ID_NOT_REGISTERED, "Broker is not registered."));
            else standings.add(request.getAction());
            answer(to, response.build());
        }

        /** The next of what was put there, and then an empty broker. */
        @Override
        public void describeDrain(DescribeDrainRequest request, StreamObserver<DescribeDrainResponse> to) {
            DescribeDrainResponse next = drains.poll();
            answer(to, next == null ? DescribeDrainResponse.getDefaultInstance() : next);
        }

        /** Likewise. */
        @Override
        public void planRebalance(PlanRebalanceRequest request, StreamObserver<PlanRebalanceResponse> to) {
            PlanRebalanceResponse next = plans.poll();
            answer(to, next == null ? PlanRebalanceResponse.getDefaultInstance() : next);
        }

        /** Moves of "orders" are accepted and stay under way. */
        @Override
        public void alterReassignments(
                AlterReassignmentsRequest request, StreamObserver<AlterReassignmentsResponse> to) {
            AlterReassignmentsResponse.Builder response = AlterReassignmentsResponse.newBuilder();
            for (Reassignment wanted : request.getPartitionsList()) {
                AlteredReassignment.Builder altered = response.addPartitionsBuilder()
                        .setTopic(wanted.getTopic())
                        .setPartition(wanted.getPartition());
                if (!wanted.getTopic().equals("orders"))
                    altered.setStatus(status(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "There is no such partition."));
                else if (wanted.getReplicasCount() == 0) moves.remove(wanted.getPartition());
                else
                    moves.put(
                            wanted.getPartition(),
                            OngoingReassignment.newBuilder()
                                    .setTopic("orders")
                                    .setPartition(wanted.getPartition())
                                    .addAllReplicas(wanted.getReplicasList())
                                    .addReplicas(9)
                                    .addAllAdding(wanted.getReplicasList())
                                    .addRemoving(9)
                                    .addIsr(9)
                                    .build());
            }
            answer(to, response.build());
        }

        /** Without filters; pages hold two events. */
        @Override
        public void listEvents(ListEventsRequest request, StreamObserver<ListEventsResponse> to) {
            eventRequests.add(request);
            List<Event> found = events.stream()
                    .filter(event -> event.getIndex() > request.getAfter().getIndex())
                    .limit(2)
                    .toList();
            long next = found.isEmpty()
                    ? request.getAfter().getIndex()
                    : found.get(found.size() - 1).getIndex();
            answer(
                    to,
                    ListEventsResponse.newBuilder()
                            .addAllEvents(found)
                            .setNext(EventPosition.newBuilder().setIndex(next))
                            .setMore(next < events.size())
                            .build());
        }

        @Override
        public void listReassignments(ListReassignmentsRequest request, StreamObserver<ListReassignmentsResponse> to) {
            answer(
                    to,
                    ListReassignmentsResponse.newBuilder()
                            .addAllPartitions(moves.values())
                            .build());
        }

        /** Broker 1 may stop; broker 2 holds the only replica of a partition; there is no other. */
        @Override
        public void mayStop(MayStopRequest request, StreamObserver<MayStopResponse> to) {
            MayStopResponse.Builder response = MayStopResponse.newBuilder();
            if (request.getBrokerId() > 2) {
                response.setStatus(status(ErrorCode.BROKER_ID_NOT_REGISTERED, "Broker 3 is not registered."));
            } else if (request.getBrokerId() == 1) {
                response.setMayStop(true);
                if (request.getAction() == MayStopRequest.Action.ACQUIRE) {
                    response.setLease(StopLease.newBuilder().setBrokerId(1).setLeftMs(request.getLeaseMs()));
                }
            } else {
                response.setObstacleCount(3)
                        .addObstacles(StopObstacle.newBuilder()
                                .setKind(StopObstacle.Kind.NO_LEADER)
                                .setTopic("orders")
                                .setPartition(4)
                                .setMessage("orders-4 has no other replica."));
            }
            answer(to, response.build());
        }

        /** Broker 4 is stopped and empty. */
        @Override
        public void unregisterBroker(UnregisterBrokerRequest request, StreamObserver<UnregisterBrokerResponse> to) {
            UnregisterBrokerResponse.Builder response = UnregisterBrokerResponse.newBuilder();
            if (request.getBrokerId() != 4) {
                response.setStatus(status(ErrorCode.INVALID_REQUEST, "Broker 1 is alive."));
            }
            answer(to, response.build());
        }

        /** Takes any key that begins with a small letter. */
        @Override
        public void alterConfigs(AlterConfigsRequest request, StreamObserver<AlterConfigsResponse> to) {
            AlterConfigsResponse.Builder response = AlterConfigsResponse.newBuilder();
            for (ConfigAlteration alteration : request.getAlterationsList()) {
                AlteredConfigs.Builder altered = response.addResultsBuilder().setTopic(alteration.getTopic());
                if (!topics.containsKey(alteration.getTopic())) {
                    altered.setStatus(status(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ""));
                    continue;
                }
                for (ConfigChange change : alteration.getChangesList()) {
                    if (!Character.isLowerCase(change.getKey().charAt(0))) {
                        altered.setStatus(status(ErrorCode.INVALID_CONFIG, "Unknown config " + change.getKey() + "."));
                    } else if (change.getOperation() == ConfigChange.Operation.DELETE) {
                        configs.remove(change.getKey());
                    } else if (!request.getValidateOnly()) {
                        configs.put(change.getKey(), change.getValue());
                    }
                }
            }
            answer(to, response.build());
        }

        /** Of every topic the same. */
        @Override
        public void listConfigs(ListConfigsRequest request, StreamObserver<ListConfigsResponse> to) {
            ListConfigsResponse.Builder response = ListConfigsResponse.newBuilder();
            topics.keySet()
                    .forEach(topic -> response.addResourcesBuilder()
                            .setTopic(topic)
                            .addAllKeys(configs.keySet().stream().sorted().toList()));
            answer(to, response.build());
        }

        @Override
        public void alterClientQuotas(AlterClientQuotasRequest request, StreamObserver<AlterClientQuotasResponse> to) {
            answer(to, quotas.alter(request));
        }

        @Override
        public void describeClientQuotas(
                DescribeClientQuotasRequest request, StreamObserver<DescribeClientQuotasResponse> to) {
            answer(to, quotas.describe(request));
        }

        @Override
        public void listTopics(ListTopicsRequest request, StreamObserver<ListTopicsResponse> to) {
            ListTopicsResponse.Builder response =
                    ListTopicsResponse.newBuilder().addAllTopics(listed);
            topics.forEach((name, logs) -> response.addTopics(TopicSummary.newBuilder()
                    .setName(name)
                    .setPartitions(logs.size())
                    .setReplicationFactor(1)));
            answer(to, response.build());
        }

        @Override
        public void describeTopics(DescribeTopicsRequest request, StreamObserver<DescribeTopicsResponse> to) {
            DescribeTopicsResponse.Builder response =
                    DescribeTopicsResponse.newBuilder().addAllTopics(described);
            for (TopicRef ref : request.getTopicsList()) {
                if (!described.isEmpty()) break;
                TopicDescription.Builder topic = response.addTopicsBuilder().setName(ref.getName());
                topic.putAllConfigs(configs).setMinInsyncReplicas(1);
                List<List<Record>> logs = topics.get(ref.getName());
                if (logs == null) {
                    topic.setStatus(status(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ""));
                    continue;
                }
                for (int i = 0; i < logs.size(); i++)
                    topic.addPartitions(PartitionDescription.newBuilder()
                            .setPartition(i)
                            .setLeader(i % 2)
                            .addReplicas(i % 2)
                            .addIsr(i % 2));
            }
            answer(to, response.build());
        }

        @Override
        public void describeCluster(DescribeClusterRequest request, StreamObserver<DescribeClusterResponse> to) {
            DescribeClusterResponse.Builder response = DescribeClusterResponse.newBuilder()
                    .setClusterId("fake")
                    .setControllerId(101)
                    .setTopics(topics.size());
            for (int i = 0; i < brokers.size(); i++)
                response.addBrokers(BrokerDescription.newBuilder()
                        .setBrokerId(i)
                        .setFenced(i == 1)
                        .setRpc(Endpoint.newBuilder()
                                .setHost("127.0.0.1")
                                .setPort(brokers.get(i).getPort())));
            answer(to, features.describe(response).build());
        }

        @Override
        public void updateFeatures(UpdateFeaturesRequest request, StreamObserver<UpdateFeaturesResponse> to) {
            answer(to, features.update(request));
        }
    }
}
