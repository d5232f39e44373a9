package dev.curia.metadata.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.Fixtures;
import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class PlacementTest {
    private record Case(int brokers, int racks, int partitions, int factor, int start) {
        static Case random(SplittableRandom random) {
            int brokers = 1 + random.nextInt(9);
            return new Case(
                    brokers,
                    1 + random.nextInt(4),
                    1 + random.nextInt(60),
                    1 + random.nextInt(brokers),
                    random.nextInt(1000));
        }

        Collection<BrokerRegistration> registrations() {
            List<MetadataRecord> records = new ArrayList<>();
            for (int id = 0; id < brokers; id++) records.add(Fixtures.broker(id, "rack" + id % racks, false));
            return MetadataImage.EMPTY.apply(0, records).image().brokers();
        }

        List<List<Integer>> place() {
            return new Placement(registrations(), start).place(partitions, factor);
        }
    }

    private static int spread(Map<Integer, Integer> counts, int brokers) {
        int max = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        int min = counts.size() < brokers
                ? 0
                : counts.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        return max - min;
    }

    @Test
    void replicasAreDistinctAndLeadersEven() {
        Check.forAll(500, Case::random, c -> {
            Map<Integer, Integer> leaders = new HashMap<>();
            List<List<Integer>> placed = c.place();
            assertThat(placed).hasSize(c.partitions);
            for (List<Integer> replicas : placed) {
                assertThat(replicas).hasSize(c.factor).doesNotHaveDuplicates();
                leaders.merge(replicas.get(0), 1, Integer::sum);
            }
            assertThat(spread(leaders, c.brokers)).isLessThanOrEqualTo(1);
        });
    }

    @Test
    void aLaterRoundGoesOnWhereTheFirstStood() {
        Check.forAll(500, Case::random, c -> {
            List<List<Integer>> all = new ArrayList<>(c.place());
            int lastLeader = all.get(all.size() - 1).get(0);
            all.addAll(
                    Placement.after(c.registrations(), c.partitions, lastLeader).place(c.partitions, 7, c.factor));
            Map<Integer, Integer> leaders = new HashMap<>();
            all.forEach(replicas -> leaders.merge(replicas.get(0), 1, Integer::sum));
            assertThat(spread(leaders, c.brokers)).isLessThanOrEqualTo(1);
        });
    }

    @Test
    void replicasAreEvenWhereRacksAreEqual() {
        Check.forAll(500, Case::random, c -> {
            if (c.brokers % c.racks != 0) return;
            Map<Integer, Integer> load = new HashMap<>();
            c.place().forEach(replicas -> replicas.forEach(id -> load.merge(id, 1, Integer::sum)));
            assertThat(spread(load, c.brokers)).isLessThanOrEqualTo(2);
        });
    }

    @Test
    void replicasAreInAsManyRacksAsPossible() {
        Check.forAll(500, Case::random, c -> {
            int racks = Math.min(c.racks, c.brokers);
            for (List<Integer> replicas : c.place()) {
                var used = replicas.stream().map(id -> id % c.racks).collect(Collectors.toCollection(HashSet::new));
                assertThat(used).hasSize(Math.min(racks, c.factor));
            }
        });
    }

    @Test
    void singlePartitionTopicsSpreadByTheirStart() {
        Map<Integer, Integer> leaders = new HashMap<>();
        for (int start = 0; start < 6; start++) {
            leaders.merge(new Case(3, 1, 1, 1, start).place().get(0).get(0), 1, Integer::sum);
        }
        assertThat(leaders).containsOnly(Map.entry(0, 2), Map.entry(1, 2), Map.entry(2, 2));
    }
}
