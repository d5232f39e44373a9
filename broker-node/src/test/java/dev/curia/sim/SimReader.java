package dev.curia.sim;

import dev.curia.common.id.TopicPartition;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.replica.Replica.EpochResult;
import dev.curia.replica.Replica.Isolation;
import dev.curia.replica.Replica.ReadRequest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A consumer that reads what is committed from the beginning on, and now and then something older again. */
final class SimReader extends SimClient {
    private static final int READ_BYTES = 1 << 16;

    private final Checker checker;
    private long position;
    private OptionalInt lastEpoch = OptionalInt.empty();

    private String lastAnswer = "none";

    private record Answer(ErrorCode error, List<Values.Found> records, Optional<EpochResult> diverging) {}

    SimReader(SimCluster cluster, SimProcess process, TopicPartition partition, Checker checker) {
        super(cluster, process, partition);
        this.checker = checker;
    }

    @Override
    public String toString() {
        return "reader of " + partition + " at " + position + ", last answer " + lastAnswer;
    }

    long position() {
        return position;
    }

    @Override
    void turn() {
        boolean rereads = position > 0 && random.nextInt(10) == 0;
        long from = rereads ? random.nextLong(position) : position;
        ReadRequest request = new ReadRequest(
                from,
                READ_BYTES,
                true,
                Isolation.READ_UNCOMMITTED,
                leaderEpoch(),
                rereads ? OptionalInt.empty() : lastEpoch);
        this.<Answer>ask(
                (replica, back) -> {
                    var result = replica.read(request);
                    try (var slice = result.records()) {
                        back.accept(new Answer(result.error(), Values.of(slice, from), result.diverging()));
                    }
                },
                answer -> answered(from, rereads, answer));
    }

    private void answered(long from, boolean rereads, Answer answer) {
        lastAnswer = answer.error + " with " + answer.records.size() + " records of epoch " + leaderEpoch() + " at "
                + world().now() / World.MILLIS + " ms";
        boolean gone = answer.error == ErrorCode.OFFSET_OUT_OF_RANGE || answer.diverging.isPresent();
        if (gone)
            checker.violation(
                    partition, "I2: what was read before " + from + " of epoch " + lastEpoch + " is gone: " + answer);
        if (gone || answer.error != ErrorCode.NONE) {
            lookElsewhere();
            return;
        }
        long expected = from;
        for (Values.Found each : answer.records) {
            if (each.offset() != expected)
                checker.violation(partition, "I8: offset " + expected + " was passed over, next was " + each);
            checker.read(partition, each);
            expected = each.offset() + 1;
        }
        if (!rereads && !answer.records.isEmpty()) {
            position = expected;
            lastEpoch =
                    OptionalInt.of(answer.records.get(answer.records.size() - 1).leaderEpoch());
        }
        again(5 * World.MILLIS + random.nextLong(100 * World.MILLIS));
    }
}
