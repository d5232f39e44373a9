package dev.curia.bench.scale;

import dev.curia.bench.load.RawConnection;
import dev.curia.bench.product.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetFetchResponse;

/** Offsets that groups commit of one partition, over one connection. One thread. */
final class GroupCommits implements AutoCloseable {
    /** No member of it: whoever commits for a group that has none. */
    static final Member NOBODY = new Member("", -1);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int COMMIT_VERSION = 8;
    private static final int FETCH_VERSION = 7;

    record Member(String id, int generation) {}

    private final RawConnection connection;
    private final String topic;

    GroupCommits(Broker broker, String topic) throws IOException {
        this.connection = new RawConnection(broker.address());
        this.topic = topic;
        Waits.until("a group coordinator", PATIENCE, this::hasCoordinator);
    }

    static String group(long number) {
        return "group-" + number;
    }

    private boolean hasCoordinator() {
        FindCoordinatorRequestData request =
                new FindCoordinatorRequestData().setKeyType((byte) 0).setKey(group(0));
        try {
            return ((FindCoordinatorResponse) connection.call(ApiKeys.FIND_COORDINATOR, 3, request)).error()
                    == Errors.NONE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Errors commit(String group, Member member, long offset) throws IOException {
        OffsetCommitRequestData request = new OffsetCommitRequestData()
                .setGroupId(group)
                .setMemberId(member.id())
                .setGenerationIdOrMemberEpoch(member.generation())
                .setTopics(List.of(new OffsetCommitRequestData.OffsetCommitRequestTopic()
                        .setName(topic)
                        .setPartitions(List.of(new OffsetCommitRequestData.OffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(offset)
                                .setCommittedMetadata("")))));
        OffsetCommitResponse response =
                (OffsetCommitResponse) connection.call(ApiKeys.OFFSET_COMMIT, COMMIT_VERSION, request);
        return Errors.forCode(
                response.data().topics().get(0).partitions().get(0).errorCode());
    }

    /** Whether the coordinator of a group has loaded what it committed. */
    boolean isLoaded(String group) throws IOException {
        OffsetFetchRequestData request = new OffsetFetchRequestData()
                .setGroupId(group)
                .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopic()
                        .setName(topic)
                        .setPartitionIndexes(List.of(0))));
        OffsetFetchResponse response =
                (OffsetFetchResponse) connection.call(ApiKeys.OFFSET_FETCH, FETCH_VERSION, request);
        if (Errors.forCode(response.data().errorCode()) != Errors.NONE) return false;
        return response.data().topics().get(0).partitions().get(0).committedOffset() >= 0;
    }

    @Override
    public void close() {
        connection.close();
    }
}
