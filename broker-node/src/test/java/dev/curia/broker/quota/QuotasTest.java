package dev.curia.broker.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.image.ClientQuotas;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.QuotaEntity;
import dev.curia.metadata.image.QuotaKey;
import dev.curia.testkit.ManualClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuotasTest {
    private static final QuotaKey KEY = QuotaKey.PRODUCER_BYTE_RATE;
    private static final long SECOND = 1_000_000_000;

    private final ManualClock clock = new ManualClock();
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private MetadataImage image = MetadataImage.EMPTY;
    private final Quotas quotas = new Quotas(
            QuotaConfigs.windows(Map.of("quota.window.num", "2", "controller.quota.window.num", "5")),
            () -> image.clientQuotas(),
            clock,
            new QuotaMetrics(meters, true));

    private void set(QuotaEntity entity, QuotaKey key, double value) {
        image = image.apply(image.index() + 1, List.of(ImageRecords.quotaRecord(entity, key.key(), value)))
                .image();
    }

    private Allowance of(String user, String clientId) {
        Allowance allowance = quotas.allowance();
        assertThat(allowance.limited(user, clientId)).isTrue();
        return allowance;
    }

    @Test
    void whoHasNoQuotaIsNotLimitedAndLeavesNoTrace() {
        Allowance allowance = quotas.allowance();
        assertThat(allowance.limited("alice", "app")).isFalse();
        set(QuotaEntity.user("bob"), KEY, 10);
        assertThat(allowance.limited("alice", "app")).isFalse();
        assertThat(allowance.record(KEY, 1e9)).isZero();
        assertThat(quotas.holders()).isZero();
    }

    @Test
    void connectionsOfOneHolderShareWhatItMayUseAndOthersDoNot() {
        set(QuotaEntity.user(QuotaEntity.DEFAULT), KEY, 10);
        Allowance one = of("alice", "a");
        Allowance two = of("alice", "b");
        assertThat(one.record(KEY, 20)).isZero();
        assertThat(two.record(KEY, 10)).isEqualTo(SECOND);
        assertThat(one.delay(KEY)).isEqualTo(SECOND);
        assertThat(of("bob", "a").record(KEY, 20)).as("a default is for each").isZero();
        clock.advance(Duration.ofSeconds(1));
        assertThat(one.delay(KEY)).isZero();
    }

    @Test
    void anotherLimitHoldsAtOnceAndOldDebtsAreForgotten() {
        set(QuotaEntity.user("alice"), KEY, 1);
        Allowance allowance = of("alice", "a");
        assertThat(allowance.record(KEY, 1_000)).isEqualTo(998 * SECOND);
        assertThat(allowance.outdated()).isFalse();
        set(QuotaEntity.user("alice"), KEY, 1_000);
        assertThat(allowance.outdated()).isTrue();
        assertThat(allowance.limited("alice", "a")).isTrue();
        assertThat(allowance.record(KEY, 1_000)).isZero();
        set(QuotaEntity.client("a"), KEY, 1);
        assertThat(allowance.limited("alice", "a")).isTrue();
        assertThat(allowance.record(KEY, 500)).as("the user's holds still").isZero();
        assertThat(allowance.record(KEY, 1_000)).isEqualTo(SECOND / 2);
    }

    @Test
    void whatWasForgottenMeanwhileIsLookedUpAnew() {
        set(QuotaEntity.user("alice"), KEY, 10);
        Allowance one = of("alice", "a");
        one.record(KEY, 10);
        quotas.expire(Duration.ZERO);
        assertThat(quotas.holders()).as("busy").isEqualTo(1);
        clock.advance(Duration.ofSeconds(11));
        quotas.expire(Duration.ofSeconds(11));
        assertThat(quotas.holders()).as("not idle for so long").isEqualTo(1);
        quotas.expire(Duration.ofSeconds(10));
        assertThat(quotas.holders()).isZero();
        assertThat(one.record(KEY, 20)).isZero();
        assertThat(of("alice", "b").record(KEY, 10)).as("shared again").isEqualTo(SECOND);
    }

    @Test
    void madeUpClientIdsGainNothingAndFillNothing() {
        set(QuotaEntity.client(QuotaEntity.DEFAULT), KEY, 1);
        for (int i = 0; i < Quotas.MOST_HOLDERS; i++) of("x", "client-" + i).record(KEY, 1);
        assertThat(of("x", "one-more").record(KEY, 2)).isZero();
        assertThat(of("x", "and-another").record(KEY, 1)).as("they share").isEqualTo(SECOND);
        assertThat(quotas.holders()).isEqualTo(Quotas.MOST_HOLDERS + 1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(of("x", "later").record(KEY, 2))
                .as("the others are forgotten")
                .isZero();
        assertThat(quotas.holders()).isLessThan(5);
    }

    @Test
    void theWaitForThreadTimeIsBoundedAndPartitionsHaveTheirOwnWindow() {
        set(QuotaEntity.user("alice"), QuotaKey.REQUEST_PERCENTAGE, 1);
        set(QuotaEntity.user("alice"), QuotaKey.CONTROLLER_MUTATION_RATE, 2);
        Allowance allowance = of("alice", "");
        assertThat(allowance.record(QuotaKey.REQUEST_PERCENTAGE, 100)).isEqualTo(SECOND);
        assertThat(allowance.burst(QuotaKey.CONTROLLER_MUTATION_RATE)).isEqualTo(10);
        assertThat(allowance.burst(KEY)).isEqualTo(Double.MAX_VALUE);
    }

    @Test
    void addressesMayConnectSoOften() throws Exception {
        set(QuotaEntity.address(QuotaEntity.DEFAULT), QuotaKey.CONNECTION_CREATION_RATE, 1);
        set(QuotaEntity.address("::1"), QuotaKey.CONNECTION_CREATION_RATE, 100);
        set(QuotaEntity.address("no.such.host.invalid"), QuotaKey.CONNECTION_CREATION_RATE, 100);
        InetAddress some = InetAddress.getByName("10.0.0.1");
        InetAddress own = InetAddress.getByName("0:0:0:0:0:0:0:1");
        for (int i = 0; i < 2; i++) assertThat(quotas.admit(some)).isZero();
        for (int i = 0; i < 5; i++)
            assertThat(quotas.admit(some)).as("not counted").isEqualTo(SECOND);
        assertThat(quotas.admit(InetAddress.getByName("10.0.0.2"))).isZero();
        for (int i = 0; i < 200; i++) assertThat(quotas.admit(own)).isZero();
        assertThat(quotas.admit(own)).isPositive();
        clock.advance(Duration.ofSeconds(1));
        assertThat(quotas.admit(some)).isZero();
    }

    @Test
    void metricsTellOfThrottlingByQuotaAndByHolder() {
        set(QuotaEntity.user("alice"), KEY, 10);
        Allowance allowance = of("alice", "app");
        allowance.throttled(KEY, allowance.record(KEY, 45));
        assertThat(meters.scrape())
                .contains("curia_quota_throttled_requests_total{quota=\"producer_byte_rate\"} 1.0")
                .contains("curia_quota_throttled_seconds_total{quota=\"producer_byte_rate\"} 2.5")
                .contains("curia_quota_throttled_seconds_total{quota=\"consumer_byte_rate\"} 0.0")
                .contains("curia_quota_holders 1.0")
                .contains("curia_quota_client_throttled_seconds_total{")
                .contains("user=\"alice\"");
    }

    @Test
    void noQuotasCostNothingButALook() {
        assertThat(quotas.limits()).isSameAs(ClientQuotas.EMPTY);
        assertThat(quotas.admit(InetAddress.getLoopbackAddress())).isZero();
        assertThat(quotas.holders()).isZero();
    }
}
