package dev.curia.broker.fuzz;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/** Sends frames, and finds out what became of each: behind it goes a request that is always answered. Not thread-safe. */
final class FuzzClient implements AutoCloseable {
    /** What became of a frame. */
    enum Fate {
        ANSWERED,
        CLOSED,
        /** Answered, and then closed. */
        REFUSED,
        /** Neither within a short time, because the node is busy: it is looked at again later, see {@link #unanswered}. */
        LATE,
        /** The same of a good request that waits for something, and may for ever. Given up. */
        WAITING,
        /** Left by the client before it was whole. */
        LEFT
    }

    /** Until there are records, or until others join. */
    private static final Set<Short> WAITS = Set.of(ApiKeys.FETCH.id, ApiKeys.JOIN_GROUP.id, ApiKeys.SYNC_GROUP.id);

    private static final int PATIENCE_MILLIS = 60;
    private static final int LAST_PATIENCE_MILLIS = 20_000;
    private static final int MOST_LATE = 30;
    private static final int MOST_SHOWN_BYTES = 300;
    private static final int MARK = 0x5eed_c0de;

    /** @param frame in hexadecimal */
    private record Late(Socket socket, Answers answers, String frame) {}

    private final Door door;
    private final RandomGenerator random;
    private final byte[] mark = frame(ApiKeys.API_VERSIONS, 0, MARK, ByteBuffer.allocate(0));
    private final Deque<Late> late = new ArrayDeque<>();
    private final List<String> unanswered = new ArrayList<>();
    private @Nullable Socket socket;

    FuzzClient(Door door, RandomGenerator random) {
        this.door = door;
        this.random = random;
    }

    static byte[] frame(ApiKeys api, int version, int correlationId, ByteBuffer body) {
        RequestHeader header = new RequestHeader(api, (short) version, "fuzz", correlationId);
        ByteBuffer head = MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion())
                .buffer();
        return ByteBuffer.allocate(4 + head.remaining() + body.remaining())
                .putInt(head.remaining() + body.remaining())
                .put(head)
                .put(body.duplicate())
                .array();
    }

    Fate send(byte[] frame) throws IOException {
        Answers answers = null;
        try {
            Socket open = connected();
            byte[] both = ByteBuffer.allocate(frame.length + mark.length)
                    .put(frame)
                    .put(mark)
                    .array();
            open.getOutputStream().write(both);
            answers = new Answers(open.getInputStream(), MARK);
            try {
                answers.awaitLast();
                return Fate.ANSWERED;
            } catch (SocketTimeoutException e) {
                return setAside(open, answers, frame);
            }
        } catch (EOFException | SocketException e) {
            forget();
            return answers != null && answers.heard() ? Fate.REFUSED : Fate.CLOSED;
        }
    }

    private Fate setAside(Socket open, Answers answers, byte[] frame) throws IOException {
        boolean hasKind = frame.length >= 6;
        if (hasKind && WAITS.contains(ByteBuffer.wrap(frame).getShort(4))) {
            forget();
            return Fate.WAITING;
        }
        socket = null;
        int shown = Math.min(frame.length, MOST_SHOWN_BYTES);
        late.add(new Late(open, answers, HexFormat.of().formatHex(frame, 0, shown)));
        if (late.size() > MOST_LATE) await(late.remove());
        return Fate.LATE;
    }

    private void await(Late one) throws IOException {
        try (Socket open = one.socket) {
            // One that is never answered says enough.
            open.setSoTimeout(unanswered.isEmpty() ? LAST_PATIENCE_MILLIS : PATIENCE_MILLIS);
            one.answers.awaitLast();
        } catch (SocketTimeoutException e) {
            unanswered.add(one.frame);
        } catch (EOFException | SocketException closed) {
            // It counts as an answer.
        }
    }

    /** Frames that were neither answered nor led to a closed connection. Waits for those that are late. */
    List<String> unanswered() throws IOException {
        while (!late.isEmpty()) await(late.remove());
        return unanswered;
    }

    /** Sends the bytes and goes away. */
    Fate leave(byte[] bytes) throws IOException {
        try {
            connected().getOutputStream().write(bytes);
        } catch (SocketException closedAlready) {
            forget();
            return Fate.CLOSED;
        }
        forget();
        return Fate.LEFT;
    }

    private Socket connected() throws IOException {
        Socket now = socket;
        if (now != null) return now;
        Socket opened = new Socket();
        opened.setTcpNoDelay(true);
        opened.connect(door.address());
        socket = opened;
        byte[] login = door.login(random, MARK);
        if (login.length > 0) {
            opened.setSoTimeout(LAST_PATIENCE_MILLIS);
            opened.getOutputStream().write(login);
            new Answers(opened.getInputStream(), MARK).awaitLast();
        }
        opened.setSoTimeout(PATIENCE_MILLIS);
        return opened;
    }

    private void forget() throws IOException {
        if (socket != null) socket.close();
        socket = null;
    }

    @Override
    public void close() throws IOException {
        forget();
        for (Late one : late) one.socket.close();
    }
}
