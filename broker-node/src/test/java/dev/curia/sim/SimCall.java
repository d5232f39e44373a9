package dev.curia.sim;

import dev.curia.metadata.client.QuorumChannels;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC call: both sides, and the messages between them as bytes. Keeps to gRPC's contract: one callback at a time on each side, messages
 * only as they are requested, not ready while much is under way.
 */
final class SimCall<Q, R> {
    private static final int WINDOW_BYTES = 64 << 10;

    private final SimProcess clientProcess;
    private final SimChannel channel;
    private final MethodDescriptor<Q, R> method;
    private final CallOptions options;
    private final Client client;
    private final ArrayDeque<Runnable> beforeOpen = new ArrayDeque<>();
    private @Nullable SimConnection connection;
    private @Nullable Server<?, ?> server;

    SimCall(SimProcess process, SimChannel channel, MethodDescriptor<Q, R> method, CallOptions options) {
        this.clientProcess = process;
        this.channel = channel;
        this.method = method;
        this.options = options;
        this.client = new Client();
    }

    ClientCall<Q, R> clientSide() {
        return client;
    }

    /** The connection is up. */
    void open(SimConnection on, SimNetwork.@Nullable SimServer target) {
        if (client.over) return;
        connection = on;
        on.add(this);
        if (target != null) {
            on.toServer.send(() -> startServer(on, target));
        }
        while (!beforeOpen.isEmpty()) beforeOpen.remove().run();
        client.nowReady();
    }

    private void startServer(SimConnection on, SimNetwork.SimServer target) {
        if (!on.serverOpen()) return;
        ServerServiceDefinition service =
                target.services().get(Objects.requireNonNull(method.getServiceName(), "a method without a service"));
        ServerMethodDefinition<?, ?> found = service == null ? null : service.getMethod(method.getFullMethodName());
        if (found == null) throw new IllegalStateException("nobody serves " + method.getFullMethodName());
        start(on, found);
    }

    private <A, B> void start(SimConnection on, ServerMethodDefinition<A, B> definition) {
        Server<A, B> side = new Server<>(on, definition.getMethodDescriptor());
        server = side;
        side.listener = definition.getServerCallHandler().startCall(side, new Metadata());
        side.listener.onReady();
        side.inbound.drainSoon();
    }

    private void toServer(Runnable action) {
        SimConnection on = connection;
        if (on == null) beforeOpen.add(() -> toServer(action));
        else on.toServer.send(action);
    }

    /** As the client's end of the connection has it. */
    void lostAtClient(String why) {
        client.close(Status.UNAVAILABLE.withDescription(why), new Metadata());
    }

    void lostAtServer() {
        Server<?, ?> side = server;
        if (side != null) side.cancelled();
    }

    private static byte[] bytes(InputStream stream) {
        try (stream) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Client extends ClientCall<Q, R> {
        private final Inbound inbound = new Inbound(clientProcess, this::received);
        private ClientCall.@Nullable Listener<R> listener;
        private int underWay;
        private boolean over;

        @Override
        public void start(ClientCall.Listener<R> responseListener, Metadata headers) {
            listener = responseListener;
            Long limit = options.getOption(QuorumChannels.ATTEMPT_NANOS);
            if (limit != null) clientProcess.after(limit, () -> cancel(Status.DEADLINE_EXCEEDED));
            channel.start(SimCall.this);
        }

        @Override
        public void request(int count) {
            inbound.request(count);
        }

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {
            cancel(Status.CANCELLED.withDescription(message));
        }

        private void cancel(Status status) {
            if (over) return;
            if (connection != null) toServer(SimCall.this::lostAtServer);
            clientProcess.after(1_000, () -> close(status, new Metadata()));
        }

        @Override
        public void halfClose() {
            toServer(() -> {
                if (server != null) server.halfClosed();
            });
        }

        @Override
        public void sendMessage(Q message) {
            byte[] body = bytes(method.streamRequest(message));
            underWay += body.length;
            toServer(() -> {
                if (server != null) server.inbound.arrive(body);
            });
        }

        @Override
        public boolean isReady() {
            return !over && connection != null && underWay < WINDOW_BYTES;
        }

        /** The server's side has taken so much. */
        void taken(int count) {
            boolean wasFull = underWay >= WINDOW_BYTES;
            underWay -= count;
            if (wasFull) nowReady();
        }

        /** What it had to say meanwhile may leave. */
        void nowReady() {
            clientProcess.after(1_000, () -> {
                if (isReady() && listener != null) listener.onReady();
            });
        }

        private void received(byte[] message) {
            if (over || listener == null) return;
            SimConnection on = connection;
            Server<?, ?> from = server;
            if (on != null && from != null) on.toServer.send(() -> from.taken(message.length));
            listener.onMessage(method.parseResponse(new ByteArrayInputStream(message)));
        }

        void close(Status status, Metadata trailers) {
            if (over) return;
            over = true;
            channel.ended(SimCall.this);
            if (connection != null) connection.remove(SimCall.this);
            if (listener != null) listener.onClose(status, trailers);
        }
    }

    private final class Server<A, B> extends ServerCall<A, B> {
        private final SimConnection on;
        private final MethodDescriptor<A, B> descriptor;
        private final Inbound inbound;
        private ServerCall.@Nullable Listener<A> listener;
        private int underWay;
        private boolean closed;
        private boolean cancelled;
        private boolean told;

        Server(SimConnection on, MethodDescriptor<A, B> descriptor) {
            this.on = on;
            this.descriptor = descriptor;
            this.inbound = new Inbound(on.server, this::received);
        }

        private void received(byte[] message) {
            if (cancelled || closed || listener == null) return;
            on.toClient.send(() -> client.taken(message.length));
            listener.onMessage(descriptor.parseRequest(new ByteArrayInputStream(message)));
        }

        void halfClosed() {
            inbound.end(() -> {
                if (!cancelled && !closed && listener != null) listener.onHalfClose();
            });
        }

        void cancelled() {
            if (told) return;
            cancelled = true;
            told = true;
            if (listener != null) listener.onCancel();
        }

        void taken(int count) {
            boolean wasFull = underWay >= WINDOW_BYTES;
            underWay -= count;
            if (wasFull && underWay < WINDOW_BYTES && !closed && !cancelled && listener != null) listener.onReady();
        }

        @Override
        public void request(int count) {
            inbound.request(count);
        }

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public boolean isReady() {
            return !closed && !cancelled && underWay < WINDOW_BYTES;
        }

        @Override
        public void sendMessage(B message) {
            byte[] body = bytes(descriptor.streamResponse(message));
            if (cancelled) return;
            underWay += body.length;
            on.toClient.send(() -> client.inbound.arrive(body));
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (closed) throw new IllegalStateException("the call is closed already");
            closed = true;
            if (cancelled) return;
            on.toClient.send(() -> client.inbound.end(() -> client.close(status, trailers)));
            on.server.after(10_000, () -> {
                if (told || listener == null) return;
                told = true;
                listener.onComplete();
            });
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public MethodDescriptor<A, B> getMethodDescriptor() {
            return descriptor;
        }
    }
}
