package dev.curia.broker.kafka.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.kafka.api.RequestQuota;
import dev.curia.broker.quota.QuotaConfigs;
import dev.curia.broker.quota.QuotaMetrics;
import dev.curia.broker.quota.Quotas;
import dev.curia.common.security.Principal;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.QuotaEntity;
import dev.curia.metadata.image.QuotaKey;
import dev.curia.testkit.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.HeartbeatResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConnectionThrottleTest {
    private static final QuotaEntity CLIENT = QuotaEntity.client("app");

    private final ManualClock clock = new ManualClock();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private MetadataImage image = MetadataImage.EMPTY;
    private final Quotas quotas = new Quotas(
            QuotaConfigs.windows(Map.of("quota.window.num", "1", "controller.quota.window.num", "1")),
            () -> image.clientQuotas(),
            clock,
            new QuotaMetrics(meters, false));
    private final ConnectionThrottle throttle = throttle();
    private int resumed;
    private long dueNanos;
    private @Nullable Runnable timer;

    private ConnectionThrottle throttle() {
        ConnectionThrottle made = new ConnectionThrottle(quotas, clock);
        made.opened(
                (delay, task) -> {
                    timer = task;
                    dueNanos = clock.monotonicNanos() + delay;
                    return () -> timer = null;
                },
                () -> resumed++);
        return made;
    }

    private void set(QuotaKey key, double value) {
        image = image.apply(image.index() + 1, List.of(ImageRecords.quotaRecord(CLIENT, key.key(), value)))
                .image();
    }

    private RequestQuota arrive(ConnectionThrottle at, ApiKeys api, int bytes) {
        return at.arrived(new RequestHeader(api, api.latestVersion(), "app", 1), Principal.ANONYMOUS, bytes);
    }

    private RequestQuota arrive(ApiKeys api, int bytes) {
        return arrive(throttle, api, bytes);
    }

    /** What the client is told. */
    private int answer(ConnectionThrottle at, RequestQuota quota, long handledNanos) {
        HeartbeatResponse response = new HeartbeatResponse(new HeartbeatResponseData());
        at.answering(quota, (short) 4, response, handledNanos);
        return response.throttleTimeMs();
    }

    private int answer(RequestQuota quota) {
        return answer(throttle, quota, 0);
    }

    private void advance(Duration by) {
        long end = clock.monotonicNanos() + by.toNanos();
        Runnable due;
        while ((due = timer) != null && dueNanos <= end) {
            clock.advance(Duration.ofNanos(dueNanos - clock.monotonicNanos()));
            timer = null;
            due.run();
        }
        clock.advance(Duration.ofNanos(end - clock.monotonicNanos()));
    }

    @Test
    void withoutQuotasNothingIsKeptOfARequest() {
        assertThat(arrive(ApiKeys.PRODUCE, 1_000_000)).isSameAs(RequestQuota.NONE);
        set(QuotaKey.CONSUMER_BYTE_RATE, 1);
        assertThat(throttle.arrived(
                        new RequestHeader(ApiKeys.PRODUCE, (short) 9, "other", 1), Principal.ANONYMOUS, 1_000_000))
                .isSameAs(RequestQuota.NONE);
        assertThat(throttle.isMuted()).isFalse();
    }

    @Test
    void aProducerOverItsQuotaIsAnsweredAtOnceAndNotReadForAsLongAsItIsTold() {
        set(QuotaKey.PRODUCER_BYTE_RATE, 1_000);
        assertThat(answer(arrive(ApiKeys.PRODUCE, 1_000))).isZero();
        assertThat(throttle.isMuted()).isFalse();
        RequestQuota over = arrive(ApiKeys.PRODUCE, 2_500);
        assertThat(throttle.isMuted())
                .as("before it is handled: the next is not taken")
                .isTrue();
        advance(Duration.ofMillis(300));
        assertThat(answer(over)).as("what is left").isEqualTo(2_200);
        advance(Duration.ofMillis(2_199));
        assertThat(throttle.isMuted()).isTrue();
        advance(Duration.ofMillis(1));
        assertThat(throttle.isMuted()).isFalse();
        assertThat(resumed).isEqualTo(1);
        assertThat(meters.get("curia_quota_throttled_requests")
                        .tag("quota", "producer_byte_rate")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aFetchOverItsQuotaIsAnsweredEmptyAndOneOfAnotherConnectionToo() {
        set(QuotaKey.CONSUMER_BYTE_RATE, 4);
        RequestQuota first = arrive(ApiKeys.FETCH, 100);
        assertThat(first.mayFetch()).isTrue();
        assertThat(first.fetchBytes(1_000)).isEqualTo(4);
        HeartbeatResponse large = new HeartbeatResponse(new HeartbeatResponseData()); // any answer of some bytes
        int bytes = large.data().size(new org.apache.kafka.common.protocol.ObjectSerializationCache(), (short) 4);
        throttle.answering(first, (short) 4, large, 0);
        assertThat(large.throttleTimeMs()).isEqualTo((bytes - 4) * 1_000 / 4);
        ConnectionThrottle other = throttle();
        RequestQuota second = arrive(other, ApiKeys.FETCH, 100);
        assertThat(second.mayFetch()).isFalse();
        assertThat(other.isMuted()).isTrue();
        assertThat(answer(other, second, 0)).as("not counted, and told").isEqualTo((bytes - 4) * 1_000 / 4);
    }

    @Test
    void threadTimeIsCountedOfEveryRequestButMarkers() {
        set(QuotaKey.REQUEST_PERCENTAGE, 10); // a tenth of a second in a second
        assertThat(answer(throttle, arrive(ApiKeys.HEARTBEAT, 10), 100_000_000)).isZero();
        RequestQuota markers = arrive(ApiKeys.WRITE_TXN_MARKERS, 10);
        assertThat(answer(throttle, markers, 100_000_000)).isZero();
        throttle.sent(markers, 100_000_000);
        assertThat(answer(throttle, arrive(ApiKeys.HEARTBEAT, 10), 50_000_000)).isEqualTo(500);
        assertThat(throttle.isMuted()).isTrue();
    }

    @Test
    void partitionsAreRefusedOrForOldClientsCountedAndHeldBack() {
        set(QuotaKey.CONTROLLER_MUTATION_RATE, 2);
        RequestQuota strict = arrive(ApiKeys.CREATE_TOPICS, 10);
        assertThat(strict.mayMutate(5, true)).as("within the quota until now").isTrue();
        assertThat(answer(strict)).isZero();
        RequestQuota refused = arrive(ApiKeys.CREATE_TOPICS, 10);
        assertThat(refused.mayMutate(1, true)).isFalse();
        assertThat(answer(refused)).isEqualTo(1_500);
        RequestQuota old = arrive(ApiKeys.DELETE_TOPICS, 10);
        assertThat(old.mayMutate(1, false)).isTrue();
        assertThat(answer(old)).isEqualTo(2_000);
    }

    @Test
    void aRaisedQuotaEndsTheWaitWithinASecond() {
        set(QuotaKey.PRODUCER_BYTE_RATE, 1);
        assertThat(answer(arrive(ApiKeys.PRODUCE, 1_000_000))).isEqualTo(999_999_000);
        advance(Duration.ofMinutes(1));
        assertThat(throttle.isMuted()).isTrue();
        set(QuotaKey.PRODUCER_BYTE_RATE, 10_000_000);
        advance(Duration.ofSeconds(1));
        assertThat(throttle.isMuted()).isFalse();
        assertThat(answer(arrive(ApiKeys.PRODUCE, 1_000_000))).isZero();
    }

    @Test
    void aClosedConnectionLeavesNoTimer() {
        set(QuotaKey.PRODUCER_BYTE_RATE, 1);
        arrive(ApiKeys.PRODUCE, 1_000);
        assertThat(timer).isNotNull();
        throttle.closed();
        assertThat(timer).isNull();
    }
}
