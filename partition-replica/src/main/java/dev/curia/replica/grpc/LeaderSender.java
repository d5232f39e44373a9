package dev.curia.replica.grpc;

import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.replication.v1.Refusal;
import dev.curia.replica.port.ReplicaLinks.Refused;
import dev.curia.replica.port.ReplicaMetrics;
import dev.curia.replica.port.ReplicationSource.Ends;
import dev.curia.replica.port.SendBudget;
import io.grpc.ServerCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * What goes out on one stream, and when. Confined to the stream's loop.
 *
 * <ol>
 *   <li>Nothing unless the call is ready: gRPC would buffer without bound.
 *   <li>Refusals, then news (an accepted subscription, a moved log start): small and free of credit. A moved watermark is news only
 *       when no data took it along for a while; see {@link #tellWatermark}.
 *   <li>Record batches while there is credit, one turn of at most {@link #TURN_BYTES} a partition, round robin. All that was appended
 *       since a partition's last turn goes into one frame. One whose {@link SendBudget} is used up waits aside.
 * </ol>
 */
final class LeaderSender {
    /** The best size measured; larger frames gain little and make the others wait. */
    static final int TURN_BYTES = 256 * 1024;

    /** Credit beyond this is a mistake or an attack; it is cut. */
    private static final int MAX_CREDIT_MESSAGES = 1 << 16;

    private static final long MAX_HOLD_NANOS = 50_000_000;
    private static final long MAX_CREDIT_BYTES = 1L << 32;

    private final ServerCall<?, LeaderFrame> call;
    private final ReplicaMetrics metrics;
    private final ArrayDeque<LeaderFrame> refusals = new ArrayDeque<>();
    private final ArrayDeque<LeaderSubscription> news = new ArrayDeque<>();
    private final ArrayDeque<LeaderSubscription> data = new ArrayDeque<>();
    private final ArrayDeque<LeaderSubscription> held = new ArrayDeque<>(); // wait for their budget
    private final LongConsumer alarm;
    private boolean alarmSet;
    private final AtomicInteger grantedMessages = new AtomicInteger();
    private final AtomicLong grantedBytes = new AtomicLong();
    private int creditMessages;
    private long creditBytes;
    private volatile boolean outOfCredit; // written on the stream's loop
    private ByteBuffer room = ByteBuffer.allocate(0);

    /** @param alarm has {@link #release} and {@link #send} called after so many nanoseconds */
    LeaderSender(ServerCall<?, LeaderFrame> call, ReplicaMetrics metrics, LongConsumer alarm) {
        this.call = call;
        this.alarm = alarm;
        this.metrics = metrics;
    }

    /** From any thread; whoever finds {@link #outOfCredit} afterwards has {@link #send} called. */
    void grant(int messages, long bytes) {
        grantedMessages.accumulateAndGet(
                messages, (all, more) -> (int) Math.min(MAX_CREDIT_MESSAGES, (long) all + more));
        grantedBytes.accumulateAndGet(
                bytes, (all, more) -> Math.min(MAX_CREDIT_BYTES, all + Math.min(MAX_CREDIT_BYTES, more)));
    }

    private void takeGranted() {
        creditMessages = (int) Math.min(MAX_CREDIT_MESSAGES, (long) creditMessages + grantedMessages.getAndSet(0));
        creditBytes = Math.min(MAX_CREDIT_BYTES, creditBytes + grantedBytes.getAndSet(0));
    }

    void refuse(int handle, Refused why) {
        Refusal.Builder refusal = Refusal.newBuilder()
                .setCode(why.code())
                .setLeaderEpoch(why.leaderEpoch())
                .setLogStartOffset(why.logStartOffset());
        why.diverging().ifPresent(refusal::setDiverging);
        refusals.add(LeaderFrame.refusal(handle, refusal.build()));
    }

    /** Something about it changed. */
    void enqueue(LeaderSubscription s) {
        Ends now = s.ends();
        if (now == null) return;
        boolean canSendData = s.hasData(now);
        if (s.inHeld && s.budget().waitNanos() == 0) {
            held.remove(s);
            s.inHeld = false;
        }
        if (canSendData && !s.inData && !s.inHeld) {
            s.inData = true;
            data.add(s);
        }
        // News rides on data that can go now.
        boolean rides = canSendData && maySpend() && data.peek() == s;
        if (!rides) tell(s, now);
    }

    /** Its watermark has waited long enough. */
    void tellWatermark(LeaderSubscription s) {
        Ends now = s.ends();
        if (now != null && s.hasNews(now)) addNews(s);
    }

    private void tell(LeaderSubscription s, Ends now) {
        if (s.hasUrgentNews(now)) addNews(s);
        else if (s.hasNews(now)) s.watermarkMoved();
    }

    private void addNews(LeaderSubscription s) {
        if (s.inNews) return;
        s.inNews = true;
        news.add(s);
    }

    /** Whether there was more to send than the follower allows. From any thread. */
    boolean outOfCredit() {
        return outOfCredit;
    }

    /** @param live whether the subscription still exists */
    void send(Predicate<LeaderSubscription> live) {
        do {
            sendAll(live);
            outOfCredit = !data.isEmpty() && !maySpend();
        } while (outOfCredit && maySpend()); // granted before whoever grants could see that it is wanted
    }

    private void sendAll(Predicate<LeaderSubscription> live) {
        while (call.isReady()) {
            if (!refusals.isEmpty()) {
                call.sendMessage(refusals.remove());
            } else if (!news.isEmpty()) {
                LeaderSubscription s = news.remove();
                s.inNews = false;
                if (live.test(s)) sendNews(s);
            } else if (!data.isEmpty() && maySpend()) {
                LeaderSubscription s = data.remove();
                s.inData = false;
                if (!live.test(s)) continue;
                long wait = s.budget().waitNanos();
                if (wait > 0) hold(s, wait);
                else sendTurn(s);
            } else {
                return;
            }
        }
    }

    /** Those that waited for their budget may try again. */
    void release() {
        alarmSet = false;
        while (!held.isEmpty()) {
            LeaderSubscription s = held.remove();
            s.inHeld = false;
            s.inData = true;
            data.add(s);
        }
    }

    private void hold(LeaderSubscription s, long nanos) {
        s.inHeld = true;
        held.add(s);
        Ends now = s.ends();
        if (now != null) tell(s, now); // it was to ride on this
        if (alarmSet) return;
        alarmSet = true;
        alarm.accept(Math.min(nanos, MAX_HOLD_NANOS)); // budgets may change
    }

    private boolean maySpend() {
        if (creditMessages <= 0 || creditBytes <= 0) takeGranted();
        return creditMessages > 0 && creditBytes > 0;
    }

    private void sendNews(LeaderSubscription s) {
        Ends now = s.ends();
        if (now != null && s.hasNews(now)) call.sendMessage(s.frame(now, RecordBody.EMPTY));
    }

    private void sendTurn(LeaderSubscription s) {
        Ends now = s.ends();
        if (now == null || !s.hasData(now)) return;
        ByteBuffer batches = read(s);
        if (!batches.hasRemaining()) {
            if (s.nextOffset < now.logStartOffset()) {
                // What it needs was deleted meanwhile.
                s.ended(new Refused(
                        ErrorCode.OFFSET_OUT_OF_RANGE, s.leaderEpoch, Optional.empty(), now.logStartOffset()));
            }
            return; // else leadership is being lost, and `ended` comes
        }
        long next = BatchRun.endOffset(batches);
        creditMessages--;
        creditBytes -= batches.remaining();
        call.sendMessage(s.frame(now, new RecordBody.HeapBody(batches)));
        s.budget().spent(batches.remaining());
        metrics.sent(batches.remaining());
        s.nextOffset = next;
        if (s.hasData(now)) {
            s.inData = true;
            data.add(s);
        }
    }

    /**
     * All of one turn in memory: the frame's end offset is known before it is sent. A frame has been copied when sendMessage returns, so one
     * buffer serves all.
     */
    private ByteBuffer read(LeaderSubscription s) {
        if (room.capacity() == 0) room = ByteBuffer.allocate(TURN_BYTES);
        try {
            return s.source.read(s.leaderEpoch, s.nextOffset, room);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log for handle " + s.handle, e);
        }
    }
}
