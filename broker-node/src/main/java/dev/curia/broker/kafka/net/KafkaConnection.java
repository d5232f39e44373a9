package dev.curia.broker.kafka.net;

import dev.curia.broker.kafka.api.ApiTable;
import dev.curia.broker.kafka.api.RequestContext;
import dev.curia.broker.kafka.api.RequestHandler;
import dev.curia.broker.kafka.api.RequestQuota;
import dev.curia.broker.kafka.codec.MalformedRequestException;
import dev.curia.broker.kafka.codec.RequestCodec;
import dev.curia.broker.kafka.codec.SliceRecords;
import dev.curia.broker.security.SaslLogins;
import dev.curia.common.security.Principal;
import dev.curia.common.time.Clock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCounted;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: frames become requests, handed to their handlers at once, and answers leave in the order of the requests.
 * Loop-confined.
 *
 * <p>Memory is bounded: no frame is taken while {@link #MAX_IN_FLIGHT} requests or {@link #MAX_IN_FLIGHT_BYTES} wait for their answers,
 * or while the client does not read what was written (one request may exceed the bytes alone), or is over a quota ({@link ConnectionThrottle}); the
 * socket is then not read either.
 *
 * <p>What is not a served request closes the connection with one line in the log: the bytes after it could mean anything.
 */
final class KafkaConnection extends ChannelInboundHandlerAdapter {
    static final int MAX_IN_FLIGHT = 128;
    static final int MAX_IN_FLIGHT_BYTES = 4 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(KafkaConnection.class);

    /** Fired by the listener: take no more requests, close after the last answer. */
    enum Event {
        DRAIN,
        /** Whoever has not logged in by now is closed. */
        LOGIN_TIMEOUT
    }

    private final String id;
    private final String listener;
    private final ApiTable apis;
    private final Clock clock;
    private final KafkaMetrics metrics;
    private final int maxRequestBytes;
    private final Optional<SaslLogins> logins;

    private final ConnectionThrottle throttle;

    private final ArrayDeque<PendingRequest> pending = new ArrayDeque<>();
    private @Nullable FrameAssembler frames; // null: not open yet, or closed
    private InetSocketAddress client = InetSocketAddress.createUnresolved("unknown", 0);
    private ClientIdentity identity = new ClientIdentity(Optional.empty());
    private long inFlightBytes;
    private boolean draining;
    // Handlers may answer, and writes may change writability, within a call from here: one pump runs at a time, and
    // runs again then.
    private boolean pumping;
    private boolean pumpAgain;

    KafkaConnection(KafkaListener.Config config, String id, ApiTable apis, Clock clock, KafkaMetrics metrics) {
        this.id = id;
        this.listener = config.name();
        this.maxRequestBytes = config.maxRequestBytes();
        this.logins = config.security().sasl();
        this.apis = apis;
        this.clock = clock;
        this.metrics = metrics;
        this.throttle = new ConnectionThrottle(config.quotas(), clock);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        FrameAssembler open = new FrameAssembler(ctx.alloc(), maxRequestBytes);
        frames = open;
        if (ctx.channel().remoteAddress() instanceof InetSocketAddress address) client = address;
        identity = new ClientIdentity(logins.map(each -> each.begin(client)));
        logins.ifPresent(
                each -> open.limit("sasl.server.max.receive.size", Math.min(maxRequestBytes, each.maxReceiveBytes())));
        metrics.opened();
        throttle.opened(LoopTimers.of(ctx.channel().eventLoop()), () -> pump(ctx));
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        FrameAssembler open = frames;
        frames = null;
        throttle.closed();
        if (open != null) {
            open.release();
            metrics.closed();
        }
        pending.forEach(request -> {
            metrics.done();
            request.abandon();
        });
        pending.clear();
        ctx.fireChannelInactive();
    }

    /** See {@link FrameAssembler#place}. */
    @Nullable
    ByteBuf place() {
        return frames == null || draining ? null : frames.place();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        FrameAssembler open = frames;
        if (open == null || draining) {
            bytes.release();
            return;
        }
        open.add(bytes);
        pump(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        pump(ctx);
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent) {
            if (waitingForHandler()) return;
            LOG.debug("{} {}: closed after being idle", listener, client);
            close(ctx);
        } else if (event == Event.DRAIN) {
            drain(ctx);
        } else if (event instanceof Principal owner) {
            identity.certified(owner);
        } else if (event == Event.LOGIN_TIMEOUT) {
            if (identity.isKnown()) return;
            metrics.rejected();
            LOG.info("{} {}: closed, it has not logged in within curia.authentication.timeout.ms", listener, client);
            close(ctx);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /** The client is gone, or the transport failed: nothing to say to anyone. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) LOG.debug("{} {}: {}", listener, client, cause.getMessage());
        else LOG.error("{} {}: connection closed by an unexpected failure", listener, client, cause);
        close(ctx);
    }

    private boolean waitingForHandler() {
        PendingRequest oldest = pending.peekFirst();
        return oldest != null && !oldest.isDone();
    }

    private boolean mayTake(ChannelHandlerContext ctx) {
        return !draining
                && !throttle.isMuted()
                && pending.size() < MAX_IN_FLIGHT
                && inFlightBytes < MAX_IN_FLIGHT_BYTES
                && ctx.channel().isWritable();
    }

    /** Takes requests and sends answers until there is nothing more to do now. */
    private void pump(ChannelHandlerContext ctx) {
        pumpAgain = true;
        if (pumping) return;
        pumping = true;
        try {
            while (pumpAgain && frames != null) {
                pumpAgain = false;
                boolean sent = sendAnswers(ctx);
                sent |= takeRequests(ctx);
                if (!sent) continue;
                pumpAgain = true;
                ctx.flush();
                if (draining) drain(ctx);
            }
        } finally {
            pumping = false;
        }
        if (frames != null) ctx.channel().config().setAutoRead(draining || mayTake(ctx));
    }

    /**
     * Sends each answer that is there at once before it takes the next request, so that a client that does not read is noticed.
     *
     * @return whether anything was sent
     */
    private boolean takeRequests(ChannelHandlerContext ctx) {
        boolean sent = false;
        try {
            FrameAssembler open;
            while ((open = frames) != null && mayTake(ctx)) {
                ByteBuf frame = open.next();
                if (frame == null) break;
                boolean wasKnown = identity.isKnown();
                take(ctx, frame);
                if (!wasKnown && identity.isKnown()) open.limit("socket.request.max.bytes", maxRequestBytes);
                sent |= sendAnswers(ctx);
            }
        } catch (MalformedRequestException e) {
            metrics.rejected();
            LOG.warn("{} {}: closed, received {}", listener, client, e.getMessage());
            drain(ctx);
        }
        return sent;
    }

    private void take(ChannelHandlerContext ctx, ByteBuf frame) throws MalformedRequestException {
        try {
            ByteBuffer bytes = frame.nioBuffer();
            if (identity.expectsRawToken()) {
                takeToken(ctx, bytes);
                return;
            }
            RequestHeader header = RequestCodec.header(bytes);
            identity.check(header.apiKey());
            RequestHandler<?> handler = apis.find(header.apiKey())
                    .orElseThrow(() -> new MalformedRequestException(
                            "a request of kind " + header.apiKey() + ", which is not served"));
            PendingRequest request = new PendingRequest(
                    header,
                    parse(header, handler, bytes),
                    frame,
                    ctx.channel().eventLoop(),
                    identity.sasl(),
                    clock.monotonicNanos());
            pending.addLast(request);
            inFlightBytes += request.bytes;
            metrics.received(request.bytes);
            request.quota = throttle.arrived(header, Principal.ANONYMOUS, request.bytes);
            handle(ctx, handler, request);
            if (identity.isRefused()) drain(ctx);
        } finally {
            frame.release();
        }
    }

    /** There is no way to tell a client that sends bare tokens that it is refused, but to close. */
    @SuppressWarnings("FutureReturnValueIgnored") // closing twice does no harm
    private void takeToken(ChannelHandlerContext ctx, ByteBuffer bytes) {
        Optional<ByteBuf> answer = identity.rawToken(bytes, ctx.alloc());
        if (answer.isPresent()) {
            write(ctx, answer.get(), ChannelFutureListener.CLOSE_ON_FAILURE);
            ctx.flush();
            return;
        }
        draining = true;
        long delayNanos = identity.sasl().orElseThrow().failureDelay().toNanos();
        ctx.executor().schedule(() -> drain(ctx), delayNanos, TimeUnit.NANOSECONDS);
    }

    private static AbstractRequest parse(RequestHeader header, RequestHandler<?> handler, ByteBuffer bytes)
            throws MalformedRequestException {
        short version = header.apiVersion();
        if (version >= handler.minVersion() && version <= handler.maxVersion()) return RequestCodec.body(header, bytes);
        if (RequestCodec.isApiVersions(header)) return RequestCodec.unsupportedApiVersions(header);
        throw new MalformedRequestException("a request of kind " + header.apiKey() + " version " + version
                + ", but versions " + handler.minVersion() + " to " + handler.maxVersion() + " are served");
    }

    private void handle(ChannelHandlerContext ctx, RequestHandler<?> handler, PendingRequest request) {
        RequestContext context = new RequestContext(
                request.request.version(),
                request.header.correlationId(),
                request.header.clientId(),
                identity.principal(),
                id,
                client.getAddress(),
                listener,
                request.receivedNanos);
        try {
            call(handler, context, request)
                    .whenComplete((response, failure) -> onLoop(ctx, request, response, failure));
            request.handled(clock.monotonicNanos());
        } catch (RuntimeException e) {
            request.handled(clock.monotonicNanos());
            answered(ctx, request, null, e);
        }
    }

    /** The table and the codec agree on which class a kind of request has. */
    @SuppressWarnings("unchecked")
    private static <Q extends AbstractRequest> CompletionStage<? extends @Nullable AbstractResponse> call(
            RequestHandler<Q> handler, RequestContext context, PendingRequest request) {
        return handler.handle(context, (Q) request.request, request);
    }

    private void onLoop(
            ChannelHandlerContext ctx,
            PendingRequest request,
            @Nullable AbstractResponse response,
            @Nullable Throwable failure) {
        // Not within what a partition does on the same thread: what follows may ask the partition for more.
        if (pumping && ctx.channel().eventLoop().inEventLoop()) {
            answered(ctx, request, response, failure);
            return;
        }
        try {
            ctx.channel().eventLoop().execute(() -> answered(ctx, request, response, failure));
        } catch (RejectedExecutionException e) {
            // The listener's threads have ended, and every connection with them.
            if (response != null) SliceRecords.release(response);
        }
    }

    private void answered(
            ChannelHandlerContext ctx,
            PendingRequest request,
            @Nullable AbstractResponse response,
            @Nullable Throwable failure) {
        request.complete(response, failure, clock.monotonicNanos());
        if (frames == null) request.abandon();
        else pump(ctx);
    }

    private boolean sendAnswers(ChannelHandlerContext ctx) {
        boolean sent = false;
        for (PendingRequest head = pending.peekFirst(); head != null && head.isDone(); head = pending.peekFirst()) {
            pending.removeFirst();
            inFlightBytes -= head.bytes;
            metrics.done();
            send(ctx, head);
            sent = true;
        }
        return sent;
    }

    /** No more requests; closes when the last answer has left. */
    @SuppressWarnings("FutureReturnValueIgnored") // the listener sees the outcome
    private void drain(ChannelHandlerContext ctx) {
        draining = true;
        if (pending.isEmpty()) ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody is left to be told
    private static void close(ChannelHandlerContext ctx) {
        ctx.close();
    }

    private void send(ChannelHandlerContext ctx, PendingRequest request) {
        AbstractResponse response = request.response();
        Throwable failure = request.failure();
        if (failure != null) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            Errors error = Errors.forException(cause);
            if (error == Errors.UNKNOWN_SERVER_ERROR) {
                LOG.error("{} {}: failed to answer {}", listener, client, request.header, cause);
            }
            response = request.request.getErrorResponse(cause);
            if (response == null) {
                // Produce with acks=0: closing is the only way to say that it failed.
                LOG.info("{} {}: closed, a request that wants no answer failed: {}", listener, client, error);
                close(ctx);
                return;
            }
        }
        long now = clock.monotonicNanos();
        metrics.answered(request.header.apiKey(), firstError(response), now - request.receivedNanos);
        request.countStages(metrics, now);
        throttle.answering(request.quota, request.request.version(), response, request.handlingNanos());
        if (response != null) write(ctx, request, response, now);
    }

    private void write(ChannelHandlerContext ctx, PendingRequest request, AbstractResponse response, long sinceNanos) {
        if (!ctx.channel().isOpen()) {
            SliceRecords.release(response);
            return;
        }
        try {
            List<ReferenceCounted> parts = ResponseEncoder.encode(
                    ctx.alloc(), request.header.toResponseHeader(), request.request.version(), response);
            for (int i = 0; i < parts.size() - 1; i++) write(ctx, parts.get(i), ChannelFutureListener.CLOSE_ON_FAILURE);
            ApiKeys api = request.header.apiKey();
            write(ctx, parts.get(parts.size() - 1), written -> {
                if (written.isSuccess())
                    metrics.spent(api, KafkaMetrics.Stage.SEND, clock.monotonicNanos() - sinceNanos);
                else ChannelFutureListener.CLOSE_ON_FAILURE.operationComplete(written);
            });
            if (request.quota != RequestQuota.NONE) throttle.sent(request.quota, clock.monotonicNanos() - sinceNanos);
        } catch (RuntimeException e) {
            LOG.error("{} {}: closed, the answer to {} can't be encoded", listener, client, request.header, e);
            close(ctx);
        }
    }

    /** A failed write leaves half an answer on the wire: {@code written} closes the connection then. */
    @SuppressWarnings("FutureReturnValueIgnored") // the listener sees the outcome
    private void write(ChannelHandlerContext ctx, ReferenceCounted part, ChannelFutureListener written) {
        metrics.sent(ResponseEncoder.sizeOf(part));
        ctx.write(part).addListener(written);
    }

    private static Errors firstError(@Nullable AbstractResponse response) {
        if (response == null) return Errors.NONE;
        try {
            for (Errors error : response.errorCounts().keySet()) {
                if (error != Errors.NONE) return error;
            }
            return Errors.NONE;
        } catch (IllegalStateException namedTwice) {
            // The answer is good, but can't be counted: it keeps its items by name, and the request named one twice.
            return Errors.INVALID_REQUEST;
        }
    }
}
