package dev.curia.broker.coordinator;

import dev.curia.log.LogSlice;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.Isolation;
import dev.curia.replica.Replica.ReadRequest;
import dev.curia.replica.Replica.ReadResult;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a shard's log from its start to where it ended when this broker took over, and no further than it is committed: a tail that
 * the last leader left uncommitted is waited for. Reads run on the loader, one at a time; records are replayed on the shard's thread.
 */
final class LogLoader<R> {
    private static final Logger LOG = LoggerFactory.getLogger(LogLoader.class);
    private static final long RETRY_MS = 100;

    private final LedShard<?, R, ?> shard;
    private final ShardRuntime<?, R, ?> runtime;
    private final long startedNanos;

    // One step after the other, handed from thread to thread by the executor and the loop.
    private long offset = -1;
    private long target;
    private long count;

    LogLoader(LedShard<?, R, ?> shard) {
        this.shard = shard;
        this.runtime = shard.runtime;
        this.startedNanos = runtime.parts.clock().monotonicNanos();
    }

    void start() {
        runtime.parts.loader().execute(this::step);
    }

    private void step() {
        try {
            Optional<Replica> replica = runtime.parts.replicas().find(shard.name);
            // Leadership is announced to replicas and coordinators in no fixed order.
            if (replica.isEmpty() || replica.get().view().leaderEpoch() < shard.leaderEpoch) retry();
            else if (offset < 0) begin(replica.get());
            else read(replica.get());
        } catch (IllegalArgumentException e) {
            // Left closed on purpose: serving from half a log would lose offsets. Another replica may be whole.
            LOG.error("{} can't be loaded, its log is damaged: {}", shard.name, e.getMessage(), e);
            shard.close();
        } catch (IOException e) {
            LOG.warn("{}: can't read offset {} of the log, trying again", shard.name, offset, e);
            retry();
        } catch (Throwable t) {
            runtime.parts.faults().fatal("loading " + shard.name + " from offset " + offset, t);
        }
    }

    private void begin(Replica replica) throws IOException {
        Replica.View view = replica.view();
        offset = view.logStartOffset();
        target = view.logEndOffset();
        read(replica);
    }

    private void read(Replica replica) throws IOException {
        if (offset >= target) {
            finish();
            return;
        }
        ReadResult result = replica.read(new ReadRequest(
                offset,
                runtime.settings.loadBufferBytes(),
                true,
                Isolation.READ_UNCOMMITTED,
                OptionalInt.of(shard.leaderEpoch),
                OptionalInt.empty()));
        try (LogSlice slice = result.records()) {
            if (result.error() != ErrorCode.NONE) onError(result);
            else if (slice.size() > 0) replay(RecordBatches.decode(runtime.parts.codec(), slice.toBuffer(), offset));
            else if (result.view().highWatermark() >= target) finish();
            else replica.onReadable(offset, Isolation.READ_UNCOMMITTED, this::start);
        }
    }

    private void replay(RecordBatches.Decoded<R> decoded) {
        offset = decoded.nextOffset();
        count += decoded.records().size();
        shard.post(() -> {
            if (shard.replayLoaded(decoded.records())) start();
        });
    }

    private void finish() {
        Duration took = Duration.ofNanos(runtime.parts.clock().monotonicNanos() - startedNanos);
        shard.post(() -> shard.onLoaded(took, count));
    }

    private void onError(ReadResult result) {
        switch (AppendErrors.verdict(result.error())) {
            case DEPOSED -> {
                Replica.View view = result.view();
                if (view.leading() && view.leaderEpoch() == shard.leaderEpoch) {
                    retry(); // it hears no controller at present
                    return;
                }
                LOG.info("{}: not loaded, epoch {} is over: {}", shard.name, shard.leaderEpoch, result.error());
                shard.close();
            }
            default -> {
                // Below the log's start now: what was there is gone, so begin at the new start.
                if (result.error() == ErrorCode.OFFSET_OUT_OF_RANGE) offset = -1;
                LOG.warn("{}: reading offset {} of the log gives {}, trying again", shard.name, offset, result.error());
                retry();
            }
        }
    }

    private void retry() {
        shard.post(() -> {
            if (shard.isLoading()) shard.later(RETRY_MS, this::start);
        });
    }
}
