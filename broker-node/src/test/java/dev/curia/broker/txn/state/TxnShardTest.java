package dev.curia.broker.txn.state;

import static dev.curia.broker.txn.state.TxnWorld.P0;
import static dev.curia.broker.txn.state.TxnWorld.P1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.coordinator.ShardWorld.Box;
import dev.curia.broker.txn.state.AddPartitions.Kind;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TxnShardTest {
    private final TxnWorld world = new TxnWorld();

    @Test
    void aTransactionIsDecidedThenItsMarkersAreWrittenThenItIsComplete() {
        InitProducerId.Reply producer = world.init("a");
        assertThat(producer).isEqualTo(new InitProducerId.Reply(Errors.NONE, 100, (short) 0, false));
        assertThat(world.add("a", 100, 0, Kind.CLIENT, P0)).isEqualTo(Errors.NONE);
        assertThat(world.add("a", 100, 0, Kind.CLIENT, P1)).isEqualTo(Errors.NONE);
        assertThat(world.end("a", 100, 0, true, false).error()).isEqualTo(Errors.NONE);
        assertThat(world.txn("a").state()).isEqualTo(TxnState.PREPARE_COMMIT);
        assertThat(world.markers.get("a"))
                .isEqualTo(new EndedTxn(3, 1, "a", 100, (short) 0, true, false, Set.of(P0, P1)));
        assertThat(world.add("a", 100, 0, Kind.CLIENT, P0)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(world.end("a", 100, 0, true, false).error()).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(world.end("a", 100, 0, false, false).error()).isEqualTo(Errors.INVALID_TXN_STATE);
        world.markersWritten("a");
        assertThat(world.txn("a").state()).isEqualTo(TxnState.COMPLETE_COMMIT);
        assertThat(world.txn("a").partitions()).isEmpty();
        assertThat(world.end("a", 100, 0, true, false).error()).isEqualTo(Errors.NONE);
        assertThat(world.end("a", 100, 0, false, false).error()).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(world.counts).containsEntry(TxnState.COMPLETE_COMMIT, 1);
    }

    @Test
    void aLeaderHearsWhetherItsPartitionIsPartOfTheOpenTransaction() {
        world.init("a");
        assertThat(world.add("b", 100, 0, Kind.VERIFY, P0)).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(world.add("a", 99, 0, Kind.VERIFY, P0)).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(world.add("a", 100, 1, Kind.VERIFY, P0)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(world.add("a", 100, 0, Kind.VERIFY, P0)).isEqualTo(Errors.TRANSACTION_ABORTABLE);
        world.add("a", 100, 0, Kind.CLIENT, P0);
        assertThat(world.add("a", 100, 0, Kind.VERIFY, P0)).isEqualTo(Errors.NONE);
        assertThat(world.add("a", 100, 0, Kind.VERIFY, P0, P1)).isEqualTo(Errors.TRANSACTION_ABORTABLE);
        world.end("a", 100, 0, false, false);
        assertThat(world.add("a", 100, 0, Kind.VERIFY, P0)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        world.markersWritten("a");
        assertThat(world.add("a", 100, 0, Kind.VERIFY, P0)).isEqualTo(Errors.TRANSACTION_ABORTABLE);
    }

    @Test
    void aLeadersQuestionDoesNotWaitForWhatIsUnderWay() {
        world.init("a");
        world.add("a", 100, 0, Kind.CLIENT, P0);
        world.autoCommit = false;
        world.add("a", 100, 0, Kind.CLIENT, P1);
        assertThat(world.add("a", 100, 0, Kind.VERIFY, P0)).isEqualTo(Errors.NONE);
        assertThat(world.add("a", 100, 0, Kind.VERIFY, P1)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        world.commitAll();
        assertThat(world.add("a", 100, 0, Kind.VERIFY, P1)).isEqualTo(Errors.NONE);
    }

    @Test
    void aSuccessorFencesItsPredecessorAndAbortsWhatItLeftOpen() {
        world.init("a");
        world.add("a", 100, 0, Kind.CLIENT, P0);
        assertThat(world.init("a").error()).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        EndedTxn ended = world.ended("a");
        assertThat(ended.commit()).isFalse();
        assertThat(ended.producerEpoch()).isEqualTo((short) 1);
        assertThat(world.end("a", 100, 0, true, false).error()).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(world.add("a", 100, 0, Kind.CLIENT, P0)).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(world.init("a").error()).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        world.markersWritten("a");
        assertThat(world.init("a").producerEpoch()).isEqualTo((short) 2);
        assertThat(world.add("a", 99, 2, Kind.CLIENT, P0)).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(world.add("b", 100, 2, Kind.CLIENT, P0)).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
    }

    @Test
    void aProducerThatLostTheAnswerGetsItAgainAndAnOlderOneIsFenced() {
        world.init("a");
        assertThat(world.init("a", 100, (short) 0).producerEpoch()).isEqualTo((short) 1);
        assertThat(world.init("a", 100, (short) 0).producerEpoch()).isEqualTo((short) 1);
        assertThat(world.init("a", 100, (short) 1).producerEpoch()).isEqualTo((short) 2);
        assertThat(world.init("a", 100, (short) 0).error()).isEqualTo(Errors.PRODUCER_FENCED);
        world.add("a", 100, 2, Kind.CLIENT, P0);
        // It may not even abort what its successor has begun.
        assertThat(world.init("a", 100, (short) 1).error()).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(world.txn("a").state()).isEqualTo(TxnState.ONGOING);
    }

    @Test
    void anExhaustedEpochIsFollowedByAnotherId() {
        world.init("a");
        for (int epoch = 1; epoch <= Producer.LAST_EPOCH; epoch++) world.init("a");
        assertThat(world.txn("a").producer().epoch()).isEqualTo(Producer.LAST_EPOCH);
        InitProducerId.Reply next = world.init("a", 100, Producer.LAST_EPOCH);
        assertThat(next).isEqualTo(new InitProducerId.Reply(Errors.NONE, 101, (short) 0, false));
        assertThat(world.init("a", 100, Producer.LAST_EPOCH)).isEqualTo(next);
        assertThat(world.init("a", 100, (short) 7).error()).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void anExhaustedEpochThatEndsATransactionIsFollowedByAnotherId() {
        world.init("a");
        for (int epoch = 1; epoch <= Producer.LAST_EPOCH; epoch++) world.init("a");
        world.add("a", 100, Producer.LAST_EPOCH, Kind.LEADER, P0);
        EndTxn.Reply ended = world.end("a", 100, Producer.LAST_EPOCH, true, true);
        assertThat(ended).isEqualTo(new EndTxn.Reply(Errors.NONE, 101, (short) 0, false));
        assertThat(world.ended("a").producerId()).isEqualTo(100);
        assertThat(world.ended("a").producerEpoch()).isEqualTo(Short.MAX_VALUE);
        world.markersWritten("a");
        assertThat(world.txn("a").producer().id()).isEqualTo(101);
        assertThat(world.end("a", 100, Producer.LAST_EPOCH, true, true)).isEqualTo(ended);
        assertThat(world.add("a", 101, 0, Kind.LEADER, P0)).isEqualTo(Errors.NONE);
    }

    @Test
    void anAbortWithTheHighestEpochFencesForGood() {
        world.init("a");
        for (int epoch = 1; epoch <= Producer.LAST_EPOCH; epoch++) world.init("a");
        world.add("a", 100, Producer.LAST_EPOCH, Kind.LEADER, P0);
        world.advance(TxnWorld.TIMEOUT_MS + 10_001);
        world.markersWritten("a");
        assertThat(world.end("a", 100, Producer.LAST_EPOCH, false, true).error())
                .isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(world.init("a").producerId()).isEqualTo(101);
    }

    @Test
    void eachEndRaisesTheEpochAndIsAnsweredTheSameWhenAskedAgain() {
        world.init("a");
        assertThat(world.add("a", 100, 0, Kind.LEADER, P0)).isEqualTo(Errors.NONE);
        EndTxn.Reply ended = world.end("a", 100, 0, true, true);
        assertThat(ended).isEqualTo(new EndTxn.Reply(Errors.NONE, 100, (short) 1, false));
        assertThat(world.ended("a").producerEpoch()).isEqualTo((short) 1);
        assertThat(world.ended("a").raisesEpoch()).isTrue();
        assertThat(world.end("a", 100, 0, true, true).error()).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        world.markersWritten("a");
        assertThat(world.end("a", 100, 0, true, true)).isEqualTo(ended);
        assertThat(world.end("a", 100, 0, false, true).error()).isEqualTo(Errors.INVALID_TXN_STATE);
        // Nothing was added since, as far as the coordinator knows: an abort is one all the same, a commit an error.
        assertThat(world.end("a", 100, 1, true, true).error()).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(world.end("a", 100, 1, false, true).producerEpoch()).isEqualTo((short) 2);
        world.markersWritten("a");
        assertThat(world.txn("a").state()).isEqualTo(TxnState.COMPLETE_ABORT);
    }

    @Test
    void whatIsOpenForTooLongIsAbortedAndItsProducerFenced() {
        world.init("a");
        world.add("a", 100, 0, Kind.CLIENT, P0);
        world.advance(TxnWorld.TIMEOUT_MS);
        assertThat(world.txn("a").state()).isEqualTo(TxnState.ONGOING);
        world.advance(10_001);
        assertThat(world.txn("a").state()).isEqualTo(TxnState.PREPARE_ABORT);
        assertThat(world.timedOut).isEqualTo(1);
        assertThat(world.end("a", 100, 0, true, false).error()).isEqualTo(Errors.PRODUCER_FENCED);
        world.markersWritten("a");
        assertThat(world.txn("a").state()).isEqualTo(TxnState.COMPLETE_ABORT);
    }

    @Test
    void anUnusedIdIsForgottenAndATransactionNever() {
        world.init("idle");
        world.init("open");
        world.add("open", 101, 0, Kind.CLIENT, P0);
        world.end("open", 101, 0, true, false);
        world.advance(604_800_000L + 3_600_001);
        assertThat(world.shard.txns()).extracting(Txn::transactionalId).containsExactly("open");
        assertThat(world.log.get(world.log.size() - 1)).isEqualTo(new TxnRecord.Removed("idle"));
        assertThat(world.counts).containsEntry(TxnState.EMPTY, 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDecidedTransactionIsCarriedOutByTheNextCoordinator(boolean commit) {
        world.init("a");
        world.add("a", 100, 0, Kind.CLIENT, P0);
        world.end("a", 100, 0, commit, false);
        world.failOver(0);
        assertThat(world.markers.get("a"))
                .isEqualTo(new EndedTxn(3, 2, "a", 100, (short) 0, commit, false, Set.of(P0)));
        world.markersWritten("a");
        assertThat(world.txn("a").state()).isEqualTo(commit ? TxnState.COMPLETE_COMMIT : TxnState.COMPLETE_ABORT);
        assertThat(world.end("a", 100, 0, commit, false).error()).isEqualTo(Errors.NONE);
    }

    /** Whether the change that leads to the state was seen by anyone or not. */
    @ParameterizedTest
    @CsvSource({
        "EMPTY, true", "ONGOING, true", "PREPARE_COMMIT, true", "PREPARE_ABORT, true",
        "COMPLETE_COMMIT, true", "COMPLETE_ABORT, true", "EMPTY, false", "ONGOING, false",
        "PREPARE_COMMIT, false", "PREPARE_ABORT, false", "COMPLETE_COMMIT, false", "COMPLETE_ABORT, false"
    })
    void theNextCoordinatorGoesOnFromEveryState(TxnState state, boolean answered) {
        reach(state, answered);
        world.failOver(1);
        assertThat(world.txn("a").state()).isEqualTo(state);
        if (state.preparing()) {
            assertThat(world.ended("a").commit()).isEqualTo(state == TxnState.PREPARE_COMMIT);
            assertThat(world.ended("a").partitions()).containsExactlyInAnyOrder(P0, P1);
            assertThat(world.ended("a").coordinatorEpoch()).isEqualTo(2);
        } else {
            assertThat(world.markers).isEmpty();
        }
        world.markersWritten("a");
        if (state == TxnState.ONGOING) {
            assertThat(world.txn("a").partitions()).containsExactly(P0, P1);
            assertThat(world.end("a", 100, 0, true, false).error()).isEqualTo(Errors.NONE);
            world.markersWritten("a");
        }
        assertThat(world.txn("a").state().idle()).isTrue();
        InitProducerId.Reply next = world.init("a");
        assertThat(next.error()).isEqualTo(Errors.NONE);
        assertThat(world.add("a", 100, next.producerEpoch(), Kind.LEADER, P1)).isEqualTo(Errors.NONE);
        assertThat(world.end("a", 100, next.producerEpoch(), true, true).error())
                .isEqualTo(Errors.NONE);
        world.markersWritten("a");
        assertThat(world.counts).containsEntry(TxnState.COMPLETE_COMMIT, 1);
    }

    /** @param answered otherwise its last change is in the log when the coordinator fails, and nobody knows */
    private void reach(TxnState state, boolean answered) {
        if (state != TxnState.EMPTY) {
            world.init("a");
            world.add("a", 100, 0, Kind.CLIENT, P0);
            if (state != TxnState.ONGOING) world.add("a", 100, 0, Kind.CLIENT, P1);
        }
        boolean commit = state == TxnState.PREPARE_COMMIT || state == TxnState.COMPLETE_COMMIT;
        boolean complete = state == TxnState.COMPLETE_COMMIT || state == TxnState.COMPLETE_ABORT;
        if (complete) world.end("a", 100, 0, commit, false);
        world.autoCommit = answered;
        if (state == TxnState.EMPTY) world.init("a");
        else if (state == TxnState.ONGOING) world.add("a", 100, 0, Kind.CLIENT, P1);
        else if (complete) world.markersWritten("a");
        else world.end("a", 100, 0, commit, false);
        world.autoCommit = true;
    }

    @Test
    void aForgottenIdStaysForgottenAndBeginsAnewElsewhere() {
        world.init("a");
        world.advance(604_800_000L + 3_600_001);
        assertThat(world.shard.txns()).isEmpty();
        world.failOver(0);
        assertThat(world.shard.txns()).isEmpty();
        assertThat(world.add("a", 100, 0, Kind.CLIENT, P0)).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(world.end("a", 100, 0, false, true).error()).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(world.init("a", 100, (short) 0))
                .isEqualTo(new InitProducerId.Reply(Errors.NONE, 101, (short) 0, false));
    }

    @Test
    void leadersWaitForTheLastTransactionAndForEachOther() {
        world.init("a");
        world.autoCommit = false;
        Box<Errors> first = new Box<>();
        Box<Errors> second = new Box<>();
        Box<Errors> wrong = new Box<>();
        world.perform(world.shard.addPartitions(leader(0, P0), world.now(), first));
        world.perform(world.shard.addPartitions(leader(0, P1), world.now(), second));
        world.perform(world.shard.addPartitions(leader(5, P1), world.now(), wrong));
        assertThat(second.isEmpty()).isTrue();
        world.commitNext();
        world.advance(0);
        assertThat(first.get()).isEqualTo(Errors.NONE);
        assertThat(wrong.get()).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(second.isEmpty()).isTrue();
        world.commitNext();
        assertThat(second.get()).isEqualTo(Errors.NONE);
        assertThat(world.txn("a").partitions()).containsExactly(P0, P1);

        world.autoCommit = true;
        world.end("a", 100, 0, true, true);
        Box<Errors> next = new Box<>();
        world.perform(world.shard.addPartitions(leader(1, P0), world.now(), next));
        assertThat(next.isEmpty()).isTrue();
        world.markersWritten("a");
        world.advance(0);
        assertThat(next.get()).isEqualTo(Errors.NONE);
        assertThat(world.txn("a").partitions()).containsExactly(P0);
        world.end("a", 100, 1, true, true);
        Box<Errors> tooLong = new Box<>();
        world.perform(world.shard.addPartitions(leader(2, P0), world.now(), tooLong));
        world.advance(1_001);
        assertThat(tooLong.get()).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
    }

    private static AddPartitions.Request leader(int epoch, dev.curia.common.id.TopicPartition partition) {
        return new AddPartitions.Request("a", 100, (short) epoch, Set.of(partition), Kind.LEADER);
    }

    @Test
    void aRefusedAppendChangesNothingAndAnEndIsTriedAgain() {
        world.init("a");
        world.add("a", 100, 0, Kind.CLIENT, P0);
        world.autoCommit = false;
        Box<EndTxn.Reply> box = new Box<>();
        world.perform(world.shard.end(
                new EndTxn.Request("a", 100, (short) 0, true, false, java.util.OptionalLong.empty()),
                world.now(),
                box));
        world.refuseNext(Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(box.get().error()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(world.txn("a").state()).isEqualTo(TxnState.ONGOING);
        assertThat(world.markers).isEmpty();
        world.end("a", 100, 0, true, false);
        world.commitAll();
        world.markersWritten("a");
        world.refuseNext(Errors.COORDINATOR_NOT_AVAILABLE);
        world.advance(200);
        world.commitAll();
        assertThat(world.txn("a").state()).isEqualTo(TxnState.COMPLETE_COMMIT);
    }

    @Test
    void unacceptableTimeoutsAndNamesAreRefused() {
        assertThat(world.init("").error()).isEqualTo(Errors.INVALID_REQUEST);
        for (int timeout : new int[] {0, -1, 900_001}) {
            Box<InitProducerId.Reply> box = new Box<>();
            world.perform(world.shard.initProducerId(
                    new InitProducerId.Request("a", timeout, -1, (short) -1, java.util.OptionalLong.empty()),
                    world.now(),
                    box));
            assertThat(box.get().error()).isEqualTo(Errors.INVALID_TRANSACTION_TIMEOUT);
        }
    }
}
