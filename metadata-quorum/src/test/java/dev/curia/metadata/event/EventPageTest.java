package dev.curia.metadata.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.admin.v1.EventPosition;
import dev.curia.proto.admin.v1.ListEventsRequest;
import dev.curia.proto.admin.v1.ListEventsResponse;
import dev.curia.proto.events.v1.CauseKind;
import dev.curia.proto.events.v1.Event;
import dev.curia.proto.events.v1.EventKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EventPageTest {
    /** Batches 1 to 5 with two events each. */
    private static final List<List<Event>> JOURNAL = journal();

    private static List<List<Event>> journal() {
        List<List<Event>> batches = new ArrayList<>();
        for (int index = 1; index <= 5; index++) {
            batches.add(List.of(
                    event(index, 0, EventKind.ISR_SHRUNK, "a", index),
                    event(index, 1, EventKind.LEADER_ELECTED, "b", index + 10)));
        }
        return batches;
    }

    private static Event event(int index, int sequence, EventKind kind, String topic, int broker) {
        return Event.newBuilder()
                .setIndex(index)
                .setSequence(sequence)
                .setAtMs(index * 100L)
                .setKind(kind)
                .setCause(index % 2 == 0 ? CauseKind.DISCONNECTED : CauseKind.SESSION_TIMEOUT)
                .setTopic(topic)
                .addBrokers(broker)
                .setToldBy(-1)
                .build();
    }

    private static ListEventsResponse ask(ListEventsRequest.Builder request) {
        EventPage page = new EventPage(request.build());
        List<List<Event>> order = new ArrayList<>(JOURNAL);
        if (page.forward()) order.removeIf(batch -> batch.get(0).getIndex() < page.fromIndex());
        else java.util.Collections.reverse(order);
        for (List<Event> batch : order) if (!page.add(batch)) break;
        return page.answer(5);
    }

    private static List<String> found(ListEventsResponse response) {
        return response.getEventsList().stream()
                .map(e -> e.getIndex() + "." + e.getSequence())
                .toList();
    }

    @Test
    void withoutAPositionTheNewestAreShownOldestFirst() {
        ListEventsResponse response = ask(ListEventsRequest.newBuilder().setLimit(3));
        assertThat(found(response)).containsExactly("4.1", "5.0", "5.1");
        assertThat(response.getMore()).isTrue();
        assertThat(ask(ListEventsRequest.newBuilder()).getEventsCount()).isEqualTo(10);
    }

    @Test
    void followingShowsEachOnceHoweverSmallThePages() {
        List<String> all = new ArrayList<>();
        EventPosition after =
                EventPosition.newBuilder().setIndex(2).setSequence(0).build();
        boolean more = true;
        while (more) {
            ListEventsResponse page =
                    ask(ListEventsRequest.newBuilder().setLimit(2).setAfter(after));
            all.addAll(found(page));
            after = page.getNext();
            more = page.getMore();
        }
        assertThat(all).containsExactly("2.1", "3.0", "3.1", "4.0", "4.1", "5.0", "5.1");
        assertThat(found(ask(ListEventsRequest.newBuilder().setAfter(after)))).isEmpty();
    }

    @Test
    void filtersHoldTogether() {
        assertThat(found(ask(ListEventsRequest.newBuilder().setTopic("a").setSinceMs(300))))
                .containsExactly("3.0", "4.0", "5.0");
        assertThat(found(ask(ListEventsRequest.newBuilder().addBrokers(12).addBrokers(3))))
                .containsExactly("2.1", "3.0");
        assertThat(found(ask(ListEventsRequest.newBuilder()
                        .addKinds(EventKind.LEADER_ELECTED)
                        .addCauses(CauseKind.DISCONNECTED)
                        .setUntilMs(400))))
                .containsExactly("2.1");
        assertThat(found(ask(ListEventsRequest.newBuilder().addPartitions(1)))).isEmpty();
    }
}
