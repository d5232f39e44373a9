package dev.curia.replica.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.proto.replication.v1.ContactResponse;
import dev.curia.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ControllerLeaseTest {
    private static final Duration SESSION = Duration.ofSeconds(3);
    private static final List<Integer> OTHERS = List.of(2, 3);

    private final ManualClock clock = new ManualClock();
    private final AtomicLong applied = new AtomicLong(10);
    private final ControllerLease lease = new ControllerLease(clock, applied::get, () -> 12);

    @BeforeEach
    void begin() {
        assertThat(lease.holds(List.of())).isFalse(); // nobody has said yet that this broker leads anything
        lease.answered(clock.monotonicNanos(), 10, SESSION);
    }

    private void silent(int broker, long index) {
        lease.told(
                broker,
                clock.monotonicNanos(),
                ContactResponse.newBuilder().setMetadataIndex(index).build());
    }

    @Test
    void anAnsweredHeartbeatIsGoodForTwoThirdsOfTheSessionFromWhenItWasSent() {
        long sent = clock.monotonicNanos();
        clock.advance(Duration.ofMillis(500));
        lease.answered(sent, 10, SESSION);
        clock.advance(Duration.ofMillis(1499));
        assertThat(lease.holds(OTHERS)).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(lease.holds(OTHERS)).isFalse();
        lease.answered(clock.monotonicNanos(), 10, SESSION);
        assertThat(lease.holds(OTHERS)).isTrue();
    }

    @Test
    void itCountsOnceTheMetadataOfTheAnswerIsApplied() {
        clock.advance(Duration.ofMillis(1900));
        lease.answered(clock.monotonicNanos(), 11, SESSION); // at 11 another may have been elected
        clock.advance(Duration.ofMillis(200));
        assertThat(lease.holds(OTHERS)).isFalse();
        applied.set(11);
        assertThat(lease.holds(OTHERS)).isTrue();
    }

    @Test
    void whoIsFencedLeadsNothing() {
        lease.fenced();
        assertThat(lease.holds(List.of())).isFalse();
        lease.answered(clock.monotonicNanos(), 10, SESSION);
        assertThat(lease.holds(OTHERS)).isTrue();
    }

    @Test
    void whereNobodyElseCanBeElectedItNeverEnds() {
        clock.advance(Duration.ofHours(1));
        assertThat(lease.holds(List.of())).isTrue();
        assertThat(lease.holds(OTHERS)).isFalse();
    }

    @Test
    void whileAllWhoCouldBeElectedHearNoControllerEitherItGoesOn() {
        clock.advance(Duration.ofMillis(1501));
        assertThat(lease.isEnding()).isTrue();
        clock.advance(Duration.ofMillis(500));
        silent(2, 10);
        assertThat(lease.holds(OTHERS)).isFalse();
        silent(3, 10);
        assertThat(lease.holds(OTHERS)).isTrue();
        assertThat(lease.isLent()).isTrue();
        clock.advance(Duration.ofMillis(999));
        assertThat(lease.holds(OTHERS)).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(lease.holds(OTHERS)).isFalse(); // they were asked too long ago
    }

    @Test
    void whoHearsAControllerAgainKeepsItsPromiseAndGivesNoOther() {
        clock.advance(Duration.ofSeconds(5));
        silent(2, 10);
        silent(3, 10);
        ContactResponse hears = ContactResponse.newBuilder()
                .setHearsController(true)
                .setMetadataIndex(10)
                .build();
        clock.advance(Duration.ofMillis(900));
        silent(2, 10);
        lease.told(3, clock.monotonicNanos(), hears);
        assertThat(lease.holds(OTHERS)).as("there is time to find it, too").isTrue();
        clock.advance(Duration.ofMillis(100));
        assertThat(lease.holds(OTHERS)).isFalse();
        assertThat(lease.holds(List.of(2))).isTrue();
    }

    @Test
    void theWordOfOneWithNewerMetadataIsWorthNothing() {
        clock.advance(Duration.ofSeconds(5));
        silent(2, 11); // with which it may have been elected
        silent(3, 10);
        assertThat(lease.holds(OTHERS)).isFalse();
        applied.set(11);
        assertThat(lease.holds(OTHERS)).isTrue();
    }

    @Test
    void whoSaysThatItHearsNoControllerDoesNotLeadInThePlaceOfWhoAsked() {
        assertThat(lease.promisedNanos(2)).as("by an earlier process, perhaps").isEqualTo(1_000_000_000);
        clock.advance(Duration.ofSeconds(1));
        lease.answered(clock.monotonicNanos(), 10, SESSION);
        lease.contact(2);
        assertThat(lease.promisedNanos(2)).as("it hears one").isZero();
        clock.advance(Duration.ofMillis(800));
        lease.contact(2);
        clock.advance(Duration.ofMillis(999));
        assertThat(lease.promisedNanos(2)).isEqualTo(1_000_000);
        assertThat(lease.promisedNanos(3)).isZero();
        clock.advance(Duration.ofMillis(1));
        assertThat(lease.promisedNanos(2)).isZero();
    }

    @Test
    void itTellsOthersOfTheControllerForAQuarterOfTheSession() {
        assertThat(lease.contact(2))
                .isEqualTo(ContactResponse.newBuilder()
                        .setHearsController(true)
                        .setMetadataIndex(12)
                        .build());
        clock.advance(Duration.ofMillis(750));
        assertThat(lease.contact(2).getHearsController()).isFalse();
        lease.fenced();
        assertThat(lease.contact(2).getHearsController()).isTrue(); // to be fenced is to be spoken to
    }
}
