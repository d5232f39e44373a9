package dev.curia.broker.console;

import dev.curia.proto.admin.v1.DescribeClusterResponse;
import dev.curia.proto.admin.v1.DescribeTopicsResponse;
import dev.curia.proto.admin.v1.InspectQuorumResponse;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.admin.v1.ListReassignmentsResponse;
import dev.curia.proto.admin.v1.ListTopicsResponse;
import dev.curia.proto.broker.v1.DescribeConfigsRequest;
import dev.curia.proto.broker.v1.DescribeConfigsResponse;
import dev.curia.proto.broker.v1.DescribeLogDirsResponse;
import dev.curia.proto.data.v1.ListOffsetsRequest;
import dev.curia.proto.data.v1.ListOffsetsResponse;
import dev.curia.proto.data.v1.LocateReadersRequest;
import dev.curia.proto.data.v1.LocateReadersResponse;
import dev.curia.proto.group.v1.DescribeGroupResponse;
import dev.curia.proto.group.v1.LagHistoryRequest;
import dev.curia.proto.group.v1.LagHistoryResponse;
import dev.curia.proto.group.v1.ListGroupsResponse;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/**
 * What the console asks the cluster: the quorum and the brokers, through the services that the {@code curia} command uses. Thread-safe, never
 * blocks. Futures fail with a {@link ConsoleException} that says who could not be reached, and complete after some seconds in any case.
 */
public interface ClusterReads {
    CompletableFuture<DescribeClusterResponse> cluster();

    CompletableFuture<ListTopicsResponse> topics();

    CompletableFuture<DescribeTopicsResponse> describe(Collection<String> topics);

    CompletableFuture<ListReassignmentsResponse> moves();

    /** As the quorum's leader sees it, where there is one. */
    CompletableFuture<InspectQuorumResponse> quorum();

    CompletableFuture<ListEventsResponse> events(ListEventsRequest request);

    CompletableFuture<DescribeConfigsResponse> configs(int broker, DescribeConfigsRequest request);

    CompletableFuture<DescribeLogDirsResponse> logDirs(int broker);

    /** Those that this broker coordinates. */
    CompletableFuture<ListGroupsResponse> groups(int broker);

    CompletableFuture<DescribeGroupResponse> group(int broker, String group);

    /** What this broker has of it. */
    CompletableFuture<LagHistoryResponse> lagHistory(int broker, LagHistoryRequest request);

    CompletableFuture<LocateReadersResponse> places(int leader, LocateReadersRequest request);

    CompletableFuture<ListOffsetsResponse> offset(int leader, ListOffsetsRequest request);

    /** Begins to read nothing: partitions are added to it. */
    RecordFeed feed();

    /** Where Kafka's clients put records of this key when nobody says otherwise. */
    int partitionOf(byte[] key, int partitions);
}
