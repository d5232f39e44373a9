package dev.curia.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.group.state.Trigger;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventKind;
import dev.curia.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupJournalTest {
    private final ManualClock clock = new ManualClock();
    private final List<Event> events = new ArrayList<>();
    private final GroupJournal journal = new GroupJournal(clock, events::add);

    private void rebalance(String groupId) {
        journal.rebalanceStarted(groupId, new Trigger(CauseKind.MEMBER_LEFT, "m left"));
        journal.rebalanceCompleted(groupId, 1, 1);
    }

    @Test
    void oneEventForEachRebalanceWithWhatBeganItAndWhatCameAfter() {
        journal.rebalanceStarted("g", new Trigger(CauseKind.MEMBER_JOINED, "a joined"));
        clock.advance(Duration.ofMillis(1_500));
        journal.rebalanceStarted("g", new Trigger(CauseKind.MEMBER_LEFT, "b left"));
        journal.memberTooLate("g", "c");
        clock.advance(Duration.ofSeconds(1));
        assertThat(events).isEmpty();
        journal.rebalanceCompleted("g", 7, 3);
        assertThat(events).hasSize(1);
        Event event = events.get(0);
        assertThat(event.getKind()).isEqualTo(EventKind.GROUP_REBALANCED);
        assertThat(event.getCause()).isEqualTo(CauseKind.MEMBER_JOINED);
        assertThat(event.getText()).isEqualTo("a joined; then b left; too late and out: c");
        assertThat(event.getGroup()).isEqualTo("g");
        assertThat(event.getPartition()).as("of none").isEqualTo(-1);
        assertThat(event.getRebalance().getGeneration()).isEqualTo(7);
        assertThat(event.getRebalance().getMembers()).isEqualTo(3);
        assertThat(event.getRebalance().getDurationMs()).isEqualTo(2_500);
    }

    @Test
    void aGroupThatGoesElsewhereIsForgotten() {
        journal.rebalanceStarted("g", new Trigger(CauseKind.MEMBER_JOINED, "a joined"));
        journal.unloaded("g");
        journal.rebalanceCompleted("g", 1, 1);
        assertThat(events).isEmpty();
    }

    @Test
    void restlessGroupsDoNotFillTheJournalAndWhatItLacksIsCounted() {
        for (int i = 0; i < GroupJournal.BURST + 5; i++) rebalance("g" + i);
        assertThat(events).hasSize(GroupJournal.BURST);
        clock.advance(Duration.ofMillis(GroupJournal.EVERY_MS + 1));
        rebalance("g");
        assertThat(events).hasSize(GroupJournal.BURST + 1);
        assertThat(events.get(GroupJournal.BURST).getText()).contains("before it 5 rebalances");
        rebalance("g");
        assertThat(events).hasSize(GroupJournal.BURST + 1);
    }
}
