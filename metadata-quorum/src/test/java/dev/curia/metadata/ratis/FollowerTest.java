package dev.curia.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.MetadataProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A quorum node whose leader is the test, which speaks Ratis' own protocol to it. */
@Timeout(60)
class FollowerTest {
    private static final long TERM = 1_000;
    private static final int ROUNDS = 100;
    private static final int ENTRIES = 20;

    @TempDir
    Path directory;

    private final List<Voter> voters = TestNode.voters(3);
    private final LinkedBlockingQueue<AppendEntriesReplyProto> replies = new LinkedBlockingQueue<>();

    /** A leader that is in doubt sends entries anew, and more with them, while the follower still writes the first: all that is answered for is there. */
    @Test
    void whatItAcknowledgesItHas() throws Exception {
        QuorumNodeConfig config = TestNode.config(3, directory, voters, TestNode.TINY);
        TestNode.format(config);
        Voter self = voters.get(2);
        ManagedChannel channel = NettyChannelBuilder.forAddress(self.host(), self.raftPort())
                .usePlaintext()
                .build();
        try (TestNode node = TestNode.start(config, new SimpleMeterRegistry())) {
            StreamObserver<AppendEntriesRequestProto> leader =
                    RaftServerProtocolServiceGrpc.newStub(channel).appendEntries(observer());
            long acknowledged = -1;
            for (int round = 0; round < ROUNDS; round++) {
                long from = acknowledged + 1;
                leader.onNext(request(acknowledged, entries(from, 1)));
                leader.onNext(request(acknowledged, entries(from, ENTRIES)));
                acknowledged = Math.max(acknowledged, matched(next()));
                acknowledged = Math.max(acknowledged, matched(next()));
                leader.onNext(request(acknowledged, List.of()));
                assertThat(next().getResult())
                        .as("whether entry %s, which was acknowledged, is there", acknowledged)
                        .isEqualTo(AppendResult.SUCCESS);
            }
            assertThat(acknowledged).isPositive();
            assertThat(node.faults).isEmpty();
        } finally {
            channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    private static long matched(AppendEntriesReplyProto reply) {
        return reply.getResult() == AppendResult.SUCCESS ? reply.getMatchIndex() : -1;
    }

    private AppendEntriesReplyProto next() throws InterruptedException {
        return Optional.ofNullable(replies.poll(20, TimeUnit.SECONDS)).orElseThrow();
    }

    private AppendEntriesRequestProto request(long previous, List<LogEntryProto> entries) {
        AppendEntriesRequestProto.Builder request = AppendEntriesRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(RatisSettings.peerId(1).toByteString())
                        .setReplyId(RatisSettings.peerId(3).toByteString())
                        .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(RatisSettings.groupId(TestNode.CLUSTER))))
                .setLeaderTerm(TERM)
                .addAllEntries(entries);
        if (previous >= 0) {
            request.setPreviousLog(TermIndexProto.newBuilder().setTerm(TERM).setIndex(previous));
        }
        return request.build();
    }

    private static List<LogEntryProto> entries(long from, int count) {
        return LongStream.range(from, from + count)
                .mapToObj(index -> LogEntryProto.newBuilder()
                        .setTerm(TERM)
                        .setIndex(index)
                        .setMetadataEntry(MetadataProto.newBuilder().setCommitIndex(0))
                        .build())
                .toList();
    }

    private StreamObserver<AppendEntriesReplyProto> observer() {
        return new StreamObserver<>() {
            @Override
            public void onNext(AppendEntriesReplyProto reply) {
                replies.add(reply);
            }

            @Override
            public void onError(Throwable failure) {} // nothing comes any more, which is noticed

            @Override
            public void onCompleted() {}
        };
    }
}
