package dev.curia.broker.console;

import dev.curia.proto.admin.v1.BrokerDescription;
import dev.curia.proto.admin.v1.DescribeTopicsResponse;
import dev.curia.proto.admin.v1.PartitionDescription;
import dev.curia.proto.admin.v1.TopicDescription;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.data.v1.LocateReadersRequest;
import dev.curia.proto.data.v1.LocateReadersRequest.Reader;
import dev.curia.proto.data.v1.LocateReadersResponse;
import dev.curia.proto.data.v1.LocateReadersResponse.Place;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What several routes look up. Thread-safe; blocks. */
final class Cluster {
    /** As the data API has it, in one request. */
    private static final int MAX_READERS = 10_000;

    private final ClusterReads reads;

    Cluster(ClusterReads reads) {
        this.reads = reads;
    }

    List<Integer> liveBrokers() {
        return Waits.on(reads.cluster()).getBrokersList().stream()
                .filter(broker ->
                        !broker.getFenced() && !broker.getRpc().getHost().isEmpty())
                .map(BrokerDescription::getBrokerId)
                .toList();
    }

    /** Asks every live broker at once. */
    <T> Waits.All<T> ofEach(Function<Integer, CompletableFuture<T>> question) {
        Map<Integer, CompletableFuture<T>> asked = new LinkedHashMap<>();
        for (int broker : liveBrokers()) asked.put(broker, question.apply(broker));
        return Waits.onAll(asked);
    }

    /** Of the brokers that live, in the order of their ids, the first that answers. */
    <T> T ofAny(Function<Integer, CompletableFuture<T>> question) {
        ConsoleException last = ConsoleException.unavailable("no broker is alive");
        for (int broker : liveBrokers()) {
            try {
                return Waits.on(question.apply(broker));
            } catch (ConsoleException e) {
                last = e;
            }
        }
        throw last;
    }

    TopicDescription topic(String name) {
        TopicDescription topic = Waits.on(reads.describe(List.of(name))).getTopics(0);
        if (topic.getStatus().getCode() == ErrorCode.NONE) return topic;
        throw refused(topic.getStatus(), "topic " + name, "Describe");
    }

    /** Those that exist and that it may see, by name; and those that ACLs refuse. */
    record Topics(Map<String, TopicDescription> found, List<String> refused) {}

    Topics topics(Collection<String> names) {
        Topics topics = new Topics(new HashMap<>(), new ArrayList<>());
        if (names.isEmpty()) return topics;
        try {
            add(topics, Waits.on(reads.describe(names)));
        } catch (ConsoleException e) {
            if (e.status() != 403) throw e;
            // As a whole, also when it is only some of them.
            Map<String, CompletableFuture<DescribeTopicsResponse>> each = new TreeMap<>();
            names.forEach(name -> each.put(name, reads.describe(List.of(name))));
            each.forEach((name, answer) -> {
                try {
                    add(topics, Waits.on(answer));
                } catch (ConsoleException failure) {
                    if (failure.status() != 403) throw failure;
                    topics.refused.add(name);
                }
            });
        }
        return topics;
    }

    private static void add(Topics topics, DescribeTopicsResponse answer) {
        for (TopicDescription topic : answer.getTopicsList()) {
            if (topic.getStatus().getCode() == ErrorCode.NONE) topics.found.put(topic.getName(), topic);
        }
    }

    /** A position in a partition, and where that is: absent when its leader does not answer. */
    record Position(String topic, int partition, int leader, long offset) {}

    /** Where readers at these positions are, as the partitions' leaders say; without those of whom nobody says it. */
    Map<Position, Place> places(List<Position> positions) {
        Map<Integer, List<Position>> byLeader = new LinkedHashMap<>();
        for (Position position : positions) {
            if (position.leader < 0) continue;
            List<Position> ofLeader = byLeader.computeIfAbsent(position.leader, leader -> new ArrayList<>());
            if (ofLeader.size() < MAX_READERS) ofLeader.add(position);
        }
        Map<Integer, CompletableFuture<LocateReadersResponse>> asked = new LinkedHashMap<>();
        byLeader.forEach((leader, ofLeader) -> asked.put(leader, reads.places(leader, request(ofLeader))));
        Map<Position, Place> places = new HashMap<>();
        Waits.onAll(asked).answers().forEach((leader, answer) -> {
            List<Position> ofLeader = byLeader.getOrDefault(leader, List.of());
            for (int i = 0; i < Math.min(ofLeader.size(), answer.getPlacesCount()); i++) {
                Place place = answer.getPlaces(i);
                if (place.getStatus().getCode() == ErrorCode.NONE) places.put(ofLeader.get(i), place);
            }
        });
        return places;
    }

    private static LocateReadersRequest request(List<Position> positions) {
        LocateReadersRequest.Builder request = LocateReadersRequest.newBuilder();
        positions.forEach(position -> request.addReaders(Reader.newBuilder()
                .setTopic(position.topic)
                .setPartition(position.partition)
                .setOffset(Math.max(0, position.offset))));
        return request.build();
    }

    /** The start of each partition, to be told where both its ends are. */
    static List<Position> starts(TopicDescription topic, Collection<PartitionDescription> partitions) {
        return partitions.stream()
                .map(each -> new Position(topic.getName(), each.getPartition(), each.getLeader(), 0))
                .toList();
    }

    /** @param operation which ACLs would have to allow on it, if it is they who refuse it */
    static ConsoleException refused(Status status, String what, String operation) {
        String text = status.getMessage().isEmpty() ? status.getCode().name() : status.getMessage();
        return switch (status.getCode()) {
            case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, GROUP_ID_NOT_FOUND, RESOURCE_NOT_FOUND ->
                ConsoleException.notFound("there is no " + what);
            case CLUSTER_AUTHORIZATION_FAILED -> ConsoleException.refused(operation + " on the cluster");
            case TOPIC_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED ->
                ConsoleException.refused(operation + " on " + what);
            case INVALID_TOPIC_EXCEPTION, INVALID_GROUP_ID, INVALID_REQUEST ->
                ConsoleException.badRequest(what + ": " + text);
            default -> ConsoleException.unavailable(what + ": " + text);
        };
    }
}
