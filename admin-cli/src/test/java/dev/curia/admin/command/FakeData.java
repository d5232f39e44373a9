package dev.curia.admin.command;

import dev.curia.common.time.SystemClock;
import dev.curia.proto.common.v1.Status;
import dev.curia.proto.data.v1.ConsumeRequest;
import dev.curia.proto.data.v1.ConsumeResponse;
import dev.curia.proto.data.v1.DataGrpc;
import dev.curia.proto.data.v1.ListOffsetsRequest;
import dev.curia.proto.data.v1.ListOffsetsResponse;
import dev.curia.proto.data.v1.LocateReadersRequest;
import dev.curia.proto.data.v1.LocateReadersResponse;
import dev.curia.proto.data.v1.ProduceRequest;
import dev.curia.proto.data.v1.ProduceResponse;
import dev.curia.proto.data.v1.Record;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** A fake broker's data service. */
final class FakeData extends DataGrpc.DataImplBase {
    private final FakeCluster cluster;
    private final int broker;

    FakeData(FakeCluster cluster, int broker) {
        this.cluster = cluster;
        this.broker = broker;
    }

    @Override
    public StreamObserver<ProduceRequest> produce(StreamObserver<ProduceResponse> to) {
        return new StreamObserver<>() {
            @Override
            public void onNext(ProduceRequest request) {
                to.onNext(append(request));
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {
                to.onCompleted();
            }
        };
    }

    private ProduceResponse append(ProduceRequest request) {
        synchronized (cluster) {
            Status failure = cluster.nextProduceAnswers.poll();
            if (failure != null)
                return ProduceResponse.newBuilder().setStatus(failure).build();
            if (request.getPartition() % 2 != broker) throw new AssertionError("sent to the wrong leader");
            cluster.produced.add(request);
            List<Record> log = cluster.log(request.getTopic(), request.getPartition());
            int base = log.size();
            for (Record record : request.getRecordsList())
                log.add(record.toBuilder().setOffset(log.size()).build());
            return ProduceResponse.newBuilder().setBaseOffset(base).build();
        }
    }

    @Override
    public void consume(ConsumeRequest request, StreamObserver<ConsumeResponse> to) {
        Status failure = cluster.nextConsumeAnswers.poll();
        if (failure != null) {
            FakeCluster.answer(
                    to, ConsumeResponse.newBuilder().setStatus(failure).build());
            return;
        }
        synchronized (cluster) {
            List<Record> log = cluster.log(request.getTopic(), request.getPartition());
            Queue<Record> rest = new ArrayDeque<>(log.subList((int) request.getOffset(), log.size()));
            for (Record record : rest)
                to.onNext(ConsumeResponse.newBuilder()
                        .addRecords(record)
                        .setNextOffset(record.getOffset() + 1)
                        .build());
        }
        if (request.getUntilOffset() > 0) to.onCompleted();
    }

    /** What is not read is two hours old, and stays for three days more. */
    @Override
    public void locateReaders(LocateReadersRequest request, StreamObserver<LocateReadersResponse> to) {
        LocateReadersResponse.Builder response = LocateReadersResponse.newBuilder();
        for (LocateReadersRequest.Reader reader : request.getReadersList()) {
            int end = cluster.log(reader.getTopic(), reader.getPartition()).size();
            boolean all = reader.getOffset() >= end;
            response.addPlaces(LocateReadersResponse.Place.newBuilder()
                    .setLogStartOffset(1)
                    .setEndOffset(end)
                    .setOldestUnreadMs(all ? -1 : new SystemClock().wallMillis() - 7_500_000)
                    .setRetentionLeftMs(all ? -1 : 3 * 86_400_000L));
        }
        FakeCluster.answer(to, response.build());
    }

    @Override
    public void listOffsets(ListOffsetsRequest request, StreamObserver<ListOffsetsResponse> to) {
        List<Record> log = cluster.log(request.getTopic(), request.getPartition());
        FakeCluster.answer(
                to,
                ListOffsetsResponse.newBuilder()
                        .setOffset(offset(log, request.getTimestampMs()))
                        .build());
    }

    private static long offset(List<Record> log, long timestamp) {
        if (timestamp == -2) return 0;
        if (timestamp == -1) return log.size();
        return log.stream()
                .filter(record -> record.getTimestampMs() >= timestamp)
                .mapToLong(Record::getOffset)
                .findFirst()
                .orElse(-1);
    }
}
