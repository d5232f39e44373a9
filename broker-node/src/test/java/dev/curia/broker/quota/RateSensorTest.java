package dev.curia.broker.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RateSensorTest {
    private static final long SECOND = 1_000_000_000;

    private record Use(long at, int units) {}

    /** A client that waits as it is told, or comes later than it need. */
    private record Client(double perSecond, long burst, List<Integer> units, List<Long> pauses) {
        static Client random(SplittableRandom random) {
            List<Integer> units = new ArrayList<>();
            List<Long> pauses = new ArrayList<>();
            int requests = random.nextInt(1, 200);
            boolean eager = random.nextBoolean();
            for (int i = 0; i < requests; i++) {
                units.add(random.nextInt(1, 5_000));
                pauses.add(eager ? 0 : random.nextLong(3 * SECOND));
            }
            return new Client(random.nextDouble(10, 10_000), random.nextLong(SECOND, 12 * SECOND), units, pauses);
        }

        List<Use> run() {
            RateSensor sensor = new RateSensor(perSecond, burst);
            List<Use> uses = new ArrayList<>();
            long now = 0;
            for (int i = 0; i < units.size(); i++) {
                now += pauses.get(i);
                uses.add(new Use(now, units.get(i)));
                now += sensor.record(units.get(i), now);
            }
            return uses;
        }
    }

    @Test
    void overAnyTimeNoMoreIsUsedThanTheRateAndOneBurstAndOneRequest() {
        Check.forAll(300, Client::random, client -> {
            List<Use> uses = client.run();
            for (int from = 0; from < uses.size(); from++) {
                double used = 0;
                for (int to = from; to < uses.size(); to++) {
                    used += uses.get(to).units;
                    double seconds = (uses.get(to).at - uses.get(from).at + client.burst) / 1e9;
                    assertThat(used - uses.get(to).units).isLessThanOrEqualTo(client.perSecond * seconds + 1e-3);
                }
            }
        });
    }

    @Test
    void whoAlwaysWantsMoreReachesTheRate() {
        RateSensor sensor = new RateSensor(1_000_000, 11 * SECOND);
        long now = 0;
        double bytes = 0;
        while (now < 3_600 * SECOND) {
            bytes += 16_384;
            now += sensor.record(16_384, now);
        }
        assertThat(bytes / 3_600).isCloseTo(1_000_000, within(1_000_000 * 0.005));
    }

    /** The obvious bucket: tokens that are taken, may be owed, and come back with time. */
    @Test
    void itIsATokenBucket() {
        Check.forAll(300, Client::random, client -> {
            RateSensor sensor = new RateSensor(client.perSecond, client.burst);
            double full = client.perSecond * client.burst / 1e9;
            double tokens = full;
            long now = 0;
            for (int i = 0; i < client.units.size(); i++) {
                now += client.pauses.get(i);
                tokens = Math.min(full, tokens + client.pauses.get(i) / 1e9 * client.perSecond) - client.units.get(i);
                double wait = Math.max(0, -tokens / client.perSecond * 1e9);
                assertThat((double) sensor.record(client.units.get(i), now)).isCloseTo(wait, within(1_000.0));
            }
        });
    }

    @Test
    void nothingIsLostWhereManyCountAtOnce() throws InterruptedException {
        RateSensor sensor = new RateSensor(1, 0);
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int i = 0; i < 5_000; i++) sensor.record(1, 0);
            });
            thread.start();
            threads.add(thread);
        }
        go.countDown();
        for (Thread thread : threads) thread.join();
        assertThat(sensor.delay(0)).isEqualTo(20_000 * SECOND);
    }

    @Test
    void whatWouldHaveToWaitIsNotCounted() {
        RateSensor sensor = new RateSensor(1, 2 * SECOND);
        assertThat(sensor.recordIfInTime(1, 0)).isZero();
        assertThat(sensor.recordIfInTime(1, 0)).isZero();
        for (int i = 0; i < 5; i++) assertThat(sensor.recordIfInTime(1, 0)).isEqualTo(SECOND);
        assertThat(sensor.recordIfInTime(1, SECOND)).isZero();
    }

    @Test
    void itIsForgottenOnlyWhenThatMakesNoDifference() {
        RateSensor sensor = new RateSensor(10, SECOND);
        sensor.record(5, 0);
        assertThat(sensor.retireIfIdle(SECOND / 2 - 1)).isFalse();
        assertThat(sensor.retireIfIdle(SECOND / 2)).isTrue();
        assertThat(sensor.record(1, SECOND)).isEqualTo(RateSensor.RETIRED);
    }

    @Test
    void theLargestNumbersDoNotOverflow() {
        RateSensor sensor = new RateSensor(1e-9, SECOND);
        for (int i = 0; i < 1_000; i++)
            assertThat(sensor.record(Integer.MAX_VALUE, i)).isPositive();
        assertThat(new RateSensor(Double.MAX_VALUE, SECOND).record(1e18, 0)).isZero();
    }
}
