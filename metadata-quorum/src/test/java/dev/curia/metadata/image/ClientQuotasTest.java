package dev.curia.metadata.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.metadata.image.ClientQuotas.Limit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ClientQuotasTest {
    private static final String KEY = QuotaKey.PRODUCER_BYTE_RATE.key();

    /** Kafka's order, the first that is set holds; and who shares it. */
    private static final List<List<QuotaEntity>> PRECEDENCE = List.of(
            List.of(QuotaEntity.userClient("alice", "app"), QuotaEntity.userClient("alice", "app")),
            List.of(QuotaEntity.userClient("alice", ""), QuotaEntity.userClient("alice", "app")),
            List.of(QuotaEntity.user("alice"), QuotaEntity.user("alice")),
            List.of(QuotaEntity.userClient("", "app"), QuotaEntity.userClient("alice", "app")),
            List.of(QuotaEntity.userClient("", ""), QuotaEntity.userClient("alice", "app")),
            List.of(QuotaEntity.user(""), QuotaEntity.user("alice")),
            List.of(QuotaEntity.client("app"), QuotaEntity.client("app")),
            List.of(QuotaEntity.client(""), QuotaEntity.client("app")));

    @Test
    void theMostSpecificHoldsWhateverElseIsSet() {
        for (int first = 0; first < PRECEDENCE.size(); first++) {
            List<Integer> set = new ArrayList<>();
            for (int i = first; i < PRECEDENCE.size(); i++) set.add(i);
            Collections.shuffle(set, new Random(first));
            ClientQuotas quotas = ClientQuotas.EMPTY;
            for (int i : set) quotas = quotas.with(PRECEDENCE.get(i).get(0), KEY, 1.0 + i);
            assertThat(quotas.of(QuotaKey.PRODUCER_BYTE_RATE, "alice", "app"))
                    .contains(new Limit(
                            PRECEDENCE.get(first).get(0), PRECEDENCE.get(first).get(1), 1.0 + first));
        }
    }

    @Test
    void eachKeyIsLookedForByItself() {
        ClientQuotas quotas = ClientQuotas.EMPTY
                .with(QuotaEntity.user("alice"), KEY, 5.0)
                .with(QuotaEntity.client("app"), QuotaKey.CONSUMER_BYTE_RATE.key(), 7.0);
        assertThat(quotas.of(QuotaKey.PRODUCER_BYTE_RATE, "alice", "app"))
                .map(Limit::perSecond)
                .contains(5.0);
        assertThat(quotas.of(QuotaKey.CONSUMER_BYTE_RATE, "alice", "app"))
                .map(Limit::perSecond)
                .contains(7.0);
        assertThat(quotas.of(QuotaKey.REQUEST_PERCENTAGE, "alice", "app")).isEmpty();
    }

    @Test
    void othersAreNotConcerned() {
        ClientQuotas quotas = ClientQuotas.EMPTY
                .with(QuotaEntity.userClient("alice", "app"), KEY, 1.0)
                .with(QuotaEntity.user("bob"), KEY, 1.0)
                .with(QuotaEntity.client("tool"), KEY, 1.0);
        assertThat(quotas.of(QuotaKey.PRODUCER_BYTE_RATE, "alice", "other")).isEmpty();
        assertThat(quotas.of(QuotaKey.PRODUCER_BYTE_RATE, "carol", "app")).isEmpty();
        assertThat(quotas.of(QuotaKey.PRODUCER_BYTE_RATE, "carol", "")).isEmpty();
    }

    @Test
    void anEntityWithoutLimitsIsGone() {
        ClientQuotas with = ClientQuotas.EMPTY.with(QuotaEntity.user("alice"), KEY, 1.0);
        assertThat(with.entities()).containsExactly(QuotaEntity.user("alice"));
        assertThat(with.with(QuotaEntity.user("alice"), KEY, null)).isEqualTo(ClientQuotas.EMPTY);
    }

    @Test
    void onlyUsersClientsOrAddressesHaveQuotas() {
        Optional<String> some = Optional.of("x");
        Optional<String> none = Optional.empty();
        assertThatThrownBy(() -> new QuotaEntity(none, none, none)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new QuotaEntity(some, none, some)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new QuotaEntity(none, some, some)).isInstanceOf(IllegalArgumentException.class);
        assertThat(QuotaEntity.userClient("alice", "")).hasToString("user 'alice', default client-id");
    }
}
