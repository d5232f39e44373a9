package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.api.Exchange;
import dev.curia.broker.kafka.api.RequestQuota;
import dev.curia.broker.kafka.codec.SliceRecords;
import dev.curia.broker.kafka.net.KafkaMetrics.Stage;
import dev.curia.broker.security.SaslDialogue;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/** A request on its way from frame to answer. Confined to its connection's loop but for what {@link Exchange} says. */
final class PendingRequest implements Exchange {
    final RequestHeader header;
    final AbstractRequest request;
    final int bytes;
    final long receivedNanos;
    RequestQuota quota = RequestQuota.NONE;

    private final Optional<SaslDialogue> sasl;
    private final EventLoop loop;
    private final ByteBuf frame;
    private final List<Runnable> onClose = new ArrayList<>(1);
    private boolean done;
    private long handledNanos;
    private long answeredNanos;
    private @Nullable AbstractResponse response;
    private @Nullable Throwable failure;

    PendingRequest(
            RequestHeader header,
            AbstractRequest request,
            ByteBuf frame,
            EventLoop loop,
            Optional<SaslDialogue> sasl,
            long receivedNanos) {
        this.header = header;
        this.request = request;
        this.frame = frame;
        this.bytes = frame.capacity();
        this.loop = loop;
        this.sasl = sasl;
        this.receivedNanos = receivedNanos;
    }

    /** The handler's call has returned; the answer may be there, or come later. */
    void handled(long nowNanos) {
        handledNanos = nowNanos;
    }

    /** The handler has answered: with a response, with null for no response, or by failing. */
    void complete(@Nullable AbstractResponse answer, @Nullable Throwable thrown, long nowNanos) {
        done = true;
        answeredNanos = nowNanos;
        response = answer;
        failure = thrown;
        onClose.clear();
    }

    boolean isDone() {
        return done;
    }

    @Nullable
    AbstractResponse response() {
        return response;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** In the handler, on the connection's thread. */
    long handlingNanos() {
        return Math.min(handledNanos, answeredNanos) - receivedNanos;
    }

    /** Where its time went until it is sent. */
    void countStages(KafkaMetrics metrics, long nowNanos) {
        metrics.spent(header.apiKey(), Stage.HANDLE, handlingNanos());
        metrics.spent(header.apiKey(), Stage.WAIT, answeredNanos - receivedNanos - handlingNanos());
        metrics.spent(header.apiKey(), Stage.ORDER, nowNanos - answeredNanos);
    }

    /** The connection has closed: nobody will read the answer. */
    void abandon() {
        AbstractResponse answer = response;
        if (answer != null) SliceRecords.release(answer);
        response = null;
        onClose.forEach(Runnable::run);
        onClose.clear();
    }

    @Override
    public Runnable hold() {
        frame.retain();
        AtomicBoolean held = new AtomicBoolean(true);
        return () -> {
            if (held.getAndSet(false)) frame.release();
        };
    }

    @Override
    public RequestQuota quota() {
        return quota;
    }

    @Override
    public Optional<SaslDialogue> sasl() {
        return sasl;
    }

    @Override
    public void onClose(Runnable task) {
        if (!done) onClose.add(task);
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    @Override
    public Runnable schedule(long delayNanos, Runnable task) {
        return LoopTimers.of(loop).schedule(delayNanos, task);
    }
}
