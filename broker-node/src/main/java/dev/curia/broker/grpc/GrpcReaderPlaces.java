package dev.curia.broker.grpc;

import dev.curia.broker.lag.ReaderPlaces;
import dev.curia.common.net.FutureReply;
import dev.curia.log.ReaderPlace;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.data.v1.DataGrpc;
import dev.curia.proto.data.v1.LocateReadersRequest;
import dev.curia.proto.data.v1.LocateReadersResponse;
import dev.curia.proto.data.v1.LocateReadersResponse.Place;
import dev.curia.replica.port.Peers;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Asks other brokers, and this one in the same way, through their data API. Thread-safe. */
public final class GrpcReaderPlaces implements ReaderPlaces {
    private static final int DEADLINE_SECONDS = 10;

    private final PeerChannels peers;

    public GrpcReaderPlaces(PeerChannels peers) {
        this.peers = peers;
    }

    @Override
    public CompletableFuture<List<Optional<ReaderPlace>>> ask(int leader, List<Reader> readers) {
        Optional<Peers.Address> address = peers.find(leader);
        if (address.isEmpty()) return CompletableFuture.completedFuture(nothing(readers));
        LocateReadersRequest.Builder request = LocateReadersRequest.newBuilder();
        readers.forEach(reader -> request.addReaders(LocateReadersRequest.Reader.newBuilder()
                .setTopic(reader.partition().topic())
                .setPartition(reader.partition().partition())
                .setOffset(Math.max(0, reader.offset()))));
        FutureReply<LocateReadersResponse> reply = new FutureReply<>();
        DataGrpc.newStub(peers.channel(leader, address.get()))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .locateReaders(request.build(), reply);
        return reply.future()
                .thenApply(answer -> answer.getPlacesList().stream()
                        .map(GrpcReaderPlaces::place)
                        .toList())
                .exceptionally(unreachable -> nothing(readers));
    }

    private static List<Optional<ReaderPlace>> nothing(List<Reader> readers) {
        return Collections.nCopies(readers.size(), Optional.empty());
    }

    private static Optional<ReaderPlace> place(Place place) {
        if (place.getStatus().getCode() != ErrorCode.NONE) return Optional.empty();
        long left = place.getRetentionLeftMs();
        return Optional.of(new ReaderPlace(
                place.getLogStartOffset(),
                place.getEndOffset(),
                place.getOldestUnreadMs(),
                left < 0 ? ReaderPlace.NEVER : left));
    }
}
