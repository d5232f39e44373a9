package dev.curia.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.system.History.Ack;
import dev.curia.system.History.End;
import dev.curia.system.History.Entry;
import dev.curia.system.History.Reached;
import dev.curia.system.History.Read;
import dev.curia.system.History.Seek;
import dev.curia.system.History.Sent;
import dev.curia.system.History.Step;
import dev.curia.system.History.Value;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The checker finds each kind of damage that is planted, and only that. */
class HistoryTest {
    private final List<Sent> sends = new ArrayList<>();
    private final List<Ack> acks = new ArrayList<>();
    private final List<Step> reads = new ArrayList<>();
    private final List<End> ends = new ArrayList<>();
    private final List<Entry> log = new ArrayList<>();

    /** Ten values of each of two producers, taking turns, all acknowledged and read; one more without an answer. */
    HistoryTest() {
        reads.add(new Seek(0, 0, 0));
        for (int i = 0; i < 20; i++) {
            Value value = new Value(i % 2, i / 2);
            sends.add(new Sent(value, 0, 10L * i));
            acks.add(new Ack(value, 0, i, 10L * i + 5));
            log.add(new Entry(0, i, value));
            reads.add(new Read(0, new Entry(0, i, value)));
        }
        sends.add(new Sent(new Value(0, 10), 0, 500));
    }

    @Test
    void aGoodRunHasNoViolations() {
        assertThat(violations()).isEmpty();
    }

    @Test
    void anUnansweredSendMayBeStored() {
        log.add(new Entry(0, 20, new Value(0, 10)));
        assertThat(violations()).isEmpty();
    }

    @Test
    void aLostAcknowledgedValueIsFound() {
        reads.clear();
        log.remove(19);
        assertThat(violations()).singleElement().asString().startsWith("1 acknowledged but lost");
    }

    @Test
    void aRecordThatVanishesAfterItWasReadIsFound() {
        reads.add(new Read(0, new Entry(0, 20, new Value(0, 10))));
        assertThat(violations()).singleElement().asString().startsWith("1 read but vanished");
    }

    @Test
    void anotherValueAtAnAcknowledgedOffsetIsFound() {
        log.set(19, new Entry(0, 19, new Value(0, 10)));
        reads.clear();
        assertThat(violations()).anyMatch(line -> line.startsWith("1 two values at one offset"));
    }

    @Test
    void anotherValueAtAReadOffsetIsFound() {
        reads.set(4, new Read(0, new Entry(0, 3, new Value(0, 0))));
        assertThat(violations()).singleElement().asString().startsWith("1 two values at one offset");
    }

    @Test
    void aDuplicateIsFound() {
        log.add(new Entry(0, 20, new Value(1, 9)));
        assertThat(violations()).singleElement().asString().startsWith("1 stored twice");
    }

    @Test
    void aForeignValueIsFound() {
        log.add(new Entry(0, 20, new Value(7, 1)));
        assertThat(violations()).singleElement().asString().startsWith("1 never sent");
    }

    @Test
    void aValueInAnotherPartitionIsFound() {
        log.add(new Entry(1, 0, new Value(0, 10)));
        assertThat(violations()).singleElement().asString().startsWith("1 never sent");
    }

    @Test
    void aReorderedPairIsFound() {
        acks.clear();
        reads.clear();
        log.set(2, new Entry(0, 2, new Value(0, 2)));
        log.set(4, new Entry(0, 4, new Value(0, 1)));
        assertThat(violations()).singleElement().asString().startsWith("1 one producer's values out of order");
    }

    @Test
    void aValueStoredBeforeAnEarlierAcknowledgedOneIsFound() {
        acks.set(10, new Ack(new Value(0, 5), 0, 11, 105));
        acks.set(11, new Ack(new Value(1, 5), 0, 10, 115));
        log.set(10, new Entry(0, 10, new Value(1, 5)));
        log.set(11, new Entry(0, 11, new Value(0, 5)));
        reads.clear();
        assertThat(violations()).singleElement().asString().startsWith("1 stored before what was acknowledged");
    }

    @Test
    void twoReadsThatDifferWhereTheLogHasNothingAreFound() {
        reads.add(new Read(1, new Entry(0, 20, new Value(0, 10))));
        reads.add(new Read(2, new Entry(0, 20, new Value(1, 9))));
        assertThat(violations()).anyMatch(line -> line.startsWith("1 two values at one offset"));
    }

    @Test
    void aConsumerThatGoesBackIsFound() {
        reads.add(new Read(0, log.get(10)));
        assertThat(violations()).anyMatch(line -> line.startsWith("1 consumers going back"));
    }

    @Test
    void aConsumerThatIsHandedARecordTwiceIsFound() {
        reads.add(new Read(0, log.get(19)));
        assertThat(violations()).singleElement().asString().startsWith("1 consumers going back");
    }

    @Test
    void aConsumerMaySeekAndOthersHaveTheirOwnPlace() {
        reads.add(new Seek(0, 0, 10));
        for (int i = 10; i < 20; i++) {
            reads.add(new Read(1, log.get(i - 10)));
            reads.add(new Read(0, log.get(i)));
        }
        reads.add(new Reached(0, 0, 20));
        assertThat(violations()).isEmpty();
    }

    @Test
    void aRecordThatAConsumerPassesIsFound() {
        reads.remove(5);
        assertThat(violations()).singleElement().asString().startsWith("1 records passed by a consumer");
    }

    @Test
    void aFirstRecordThatAConsumerPassesIsFound() {
        reads.remove(1);
        assertThat(violations()).singleElement().asString().startsWith("1 records passed by a consumer");
    }

    @Test
    void aLastRecordThatAConsumerPassesIsFound() {
        reads.set(20, new Reached(0, 0, 20));
        assertThat(violations()).singleElement().asString().startsWith("1 records passed by a consumer");
    }

    @Test
    void offsetsWithoutARecordMayBePassed() {
        log.add(new Entry(0, 25, new Value(0, 10)));
        reads.add(new Read(0, new Entry(0, 25, new Value(0, 10))));
        assertThat(violations()).isEmpty();
    }

    @Test
    void anEndOffsetMayLackWhatIsAcknowledgedAfterItWasAskedFor() {
        ends.add(new End(0, 20, 196, 210));
        ends.add(new End(0, 19, 195, 200));
        ends.add(new End(0, 1, 6, 220));
        assertThat(violations()).isEmpty();
    }

    @Test
    void anEndOffsetThatLacksWhatWasAcknowledgedBeforeIsFound() {
        ends.add(new End(0, 19, 196, 210));
        assertThat(violations()).singleElement().asString().startsWith("1 acknowledged, but not below an end offset");
    }

    @Test
    void anEndOffsetThatGoesBackIsFound() {
        ends.add(new End(0, 30, 200, 210));
        ends.add(new End(0, 29, 211, 220));
        assertThat(violations()).singleElement().asString().startsWith("1 end offsets that went back");
    }

    @Test
    void valuesSurviveTheirTextForm() {
        assertThat(Value.parse(new Value(3, 123_456_789_012L).toString())).isEqualTo(new Value(3, 123_456_789_012L));
    }

    private List<String> violations() {
        return new History(sends, acks, reads, ends, log).violations();
    }
}
