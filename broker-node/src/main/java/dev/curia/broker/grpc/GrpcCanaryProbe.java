package dev.curia.broker.grpc;

import com.google.protobuf.ByteString;
import dev.curia.broker.canary.CanaryProbe;
import dev.curia.broker.canary.CanaryTopic;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.data.v1.Acks;
import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.ConsumeResponse;
import dev.curia.proto.data.v1.DataGrpc;
import dev.curia.proto.data.v1.DataGrpc.DataStub;
import dev.curia.proto.data.v1.ProduceRequest;
import dev.curia.proto.data.v1.ProduceResponse;
import dev.curia.proto.data.v1.Record;
import dev.curia.replica.port.Peers;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Through brokers' data API. Thread-safe. */
public final class GrpcCanaryProbe implements CanaryProbe {
    private final PeerChannels peers;

    public GrpcCanaryProbe(PeerChannels peers) {
        this.peers = peers;
    }

    @Override
    public CompletableFuture<Result> send(int broker, int partition, String value, Duration timeout) {
        Optional<Peers.Address> address = peers.find(broker);
        if (address.isEmpty()) return CompletableFuture.completedFuture(Result.UNREACHABLE);
        // One deadline for both calls.
        DataStub leader = DataGrpc.newStub(peers.channel(broker, address.get()))
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Result> result = new CompletableFuture<>();
        ByteString bytes = ByteString.copyFromUtf8(value);
        StreamObserver<ProduceRequest> writes = leader.produce(new Answer<ProduceResponse>(result) {
            @Override
            public void onNext(ProduceResponse written) {
                if (written.getStatus().getCode() == ErrorCode.NONE) {
                    readBack(leader, partition, written.getBaseOffset(), bytes, result);
                } else {
                    result.complete(Result.REFUSED);
                }
            }

            @Override
            public void onCompleted() {}
        });
        writes.onNext(ProduceRequest.newBuilder()
                .setTopic(CanaryTopic.NAME)
                .setPartition(partition)
                .setAcks(Acks.ALL)
                .addRecords(Record.newBuilder().setValue(bytes))
                .build());
        writes.onCompleted();
        return result;
    }

    private static void readBack(
            DataStub leader, int partition, long offset, ByteString bytes, CompletableFuture<Result> result) {
        ConsumeRequest request = ConsumeRequest.newBuilder()
                .setTopic(CanaryTopic.NAME)
                .setPartition(partition)
                .setOffset(offset)
                .setUntilOffset(offset + 1)
                .build();
        leader.consume(request, new Answer<ConsumeResponse>(result) {
            @Override
            public void onNext(ConsumeResponse read) {
                if (read.getStatus().getCode() != ErrorCode.NONE) result.complete(Result.REFUSED);
                for (Record record : read.getRecordsList()) {
                    if (record.getOffset() != offset) continue;
                    result.complete(record.getValue().equals(bytes) ? Result.OK : Result.WRONG);
                }
            }

            @Override
            public void onCompleted() {
                result.complete(Result.WRONG); // unless it was there
            }
        });
    }

    /** A call that fails ends the probe. */
    private abstract static class Answer<T> implements StreamObserver<T> {
        private final CompletableFuture<Result> result;

        Answer(CompletableFuture<Result> result) {
            this.result = result;
        }

        @Override
        public void onError(Throwable failure) {
            result.complete(
                    switch (Status.fromThrowable(failure).getCode()) {
                        case DEADLINE_EXCEEDED -> Result.TIMEOUT;
                        case UNAVAILABLE, CANCELLED -> Result.UNREACHABLE;
                        default -> Result.REFUSED;
                    });
        }
    }
}
