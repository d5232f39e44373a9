package dev.curia.broker.console;

import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.TopicDescription;
import dev.curia.proto.broker.v1.DescribeConfigsRequest;
import dev.curia.proto.broker.v1.DescribeConfigsResponse;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.data.v1.LocateReadersResponse.Place;
import java.util.List;
import java.util.Map;

/** Topics, their settings and where their partitions end. Thread-safe. */
final class TopicRoutes {
    private final ClusterReads reads;
    private final Cluster cluster;

    TopicRoutes(ClusterReads reads) {
        this.reads = reads;
        this.cluster = new Cluster(reads);
    }

    List<Route> routes() {
        return List.of(
                Route.json(
                        "/topics",
                        "All topics, internal ones too, by name.",
                        "ListTopicsResponse",
                        List.of(),
                        query -> ProtoJson.of(Waits.on(reads.topics()))),
                Route.json(
                        "/topics/{topic}",
                        "A topic with its partitions.",
                        "TopicDescription",
                        List.of(),
                        query -> ProtoJson.of(cluster.topic(query.required("topic")))),
                Route.json(
                        "/topics/{topic}/configs",
                        "A topic's settings in force, and where each is set.",
                        "DescribeConfigsResponse",
                        List.of(),
                        this::configs),
                Route.json(
                        "/topics/{topic}/offsets",
                        "The offsets between which the records of each partition are, as their leaders say.",
                        "`partitions`, each with `partition`, `startOffset` and `endOffset` (of the next record); both null where no leader answers",
                        List.of(),
                        this::offsets));
    }

    private Object configs(Query query) {
        String topic = query.required("topic");
        DescribeConfigsRequest request =
                DescribeConfigsRequest.newBuilder().setTopic(topic).build();
        DescribeConfigsResponse answer = cluster.ofAny(broker -> reads.configs(broker, request));
        if (answer.getStatus().getCode() != ErrorCode.NONE) {
            throw Cluster.refused(answer.getStatus(), "topic " + topic, "DescribeConfigs");
        }
        return ProtoJson.of(answer);
    }

    private Object offsets(Query query) {
        TopicDescription topic = cluster.topic(query.required("topic"));
        List<Cluster.Position> positions = Cluster.starts(topic, topic.getPartitionsList());
        Map<Cluster.Position, Place> places = cluster.places(positions);
        return Json.object()
                .put(
                        "partitions",
                        positions.stream()
                                .map(position -> {
                                    Place place = places.get(position);
                                    return Json.object()
                                            .put("partition", position.partition())
                                            .put("startOffset", place == null ? null : place.getLogStartOffset())
                                            .put("endOffset", place == null ? null : place.getEndOffset());
                                })
                                .toList());
    }
}
