package dev.curia.sim;

import dev.curia.common.id.TopicPartition;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica;
import dev.curia.replica.Replica.AppendRequest;
import dev.curia.replica.Replica.AppendResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** An idempotent producer with acks=all: one batch at a time, repeated until it is acknowledged. */
final class SimProducer extends SimClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final int number;
    private final Checker checker;
    private int next;
    private List<String> batch = List.of(); // not yet acknowledged
    private int repeats;
    private boolean finishing;
    private boolean finished;
    private String lastError = "";

    SimProducer(SimCluster cluster, SimProcess process, TopicPartition partition, int number, Checker checker) {
        super(cluster, process, partition);
        this.number = number;
        this.checker = checker;
    }

    /** Ends what is under way and begins nothing new. */
    void finish() {
        finishing = true;
    }

    boolean isFinished() {
        return finished;
    }

    @Override
    public String toString() {
        return "producer " + number + " of " + partition + ": " + batch + " repeated " + repeats + " times, last error "
                + lastError;
    }

    @Override
    void turn() {
        if (batch.isEmpty()) {
            if (finishing) {
                finished = true;
                return;
            }
            List<String> fresh = new ArrayList<>();
            for (int i = 1 + random.nextInt(3); i > 0; i--) fresh.add(number + "-" + (next + fresh.size()));
            batch = fresh;
        }
        List<String> sent = batch;
        int sequence = next;
        this.<AppendResult>ask(
                (replica, back) -> {
                    AppendRequest request = new AppendRequest(
                            Values.batch(number, sequence, process.wallMillis(), sent),
                            cluster.parts.acks(),
                            TIMEOUT,
                            Replica.Origin.CLIENT,
                            OptionalInt.empty(),
                            () -> {});
                    var unused = replica.append(request).thenAccept(back);
                },
                result -> answered(sent, result));
    }

    private void answered(List<String> sent, AppendResult result) {
        if (result.error() != ErrorCode.NONE) {
            // Any error leaves it open whether the records are in the log: idempotence makes repeating safe.
            lastError = result.error() + " " + result.message();
            repeats++;
            lookElsewhere();
            return;
        }
        for (int i = 0; i < sent.size(); i++) checker.acknowledged(partition, result.baseOffset() + i, sent.get(i));
        next += sent.size();
        batch = List.of();
        repeats = 0;
        again(random.nextLong(60 * World.MILLIS));
    }
}
