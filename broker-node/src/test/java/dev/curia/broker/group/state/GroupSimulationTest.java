package dev.curia.broker.group.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.coordinator.ShardWorld.Box;
import dev.curia.common.id.TopicPartition;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random members on a virtual clock that join, own partitions, read, commit, stall, die and come back, while appends are delayed and the
 * coordinator moves. Checked: I17 no acked commit is lost or rewound, I18 a new owner resumes at or above it, I20 one owner for each
 * partition and generation, I21 no commit of an older generation succeeds after a newer owner began; replay equals live state.
 */
class GroupSimulationTest {
    private static final int PARTITIONS = 4;

    private static final class Client {
        String id = "";
        int generation = -1;

        @Nullable
        Box<JoinGroup.Reply> joining;

        @Nullable
        Box<SyncGroup.Reply> syncing;

        final Map<Integer, Long> owned = new HashMap<>();
        final List<Sent> sent = new ArrayList<>();

        /** A client knows what it has asked to commit, though it may not have been answered. */
        long lastSent(int partition) {
            return sent.stream()
                    .filter(s -> s.partition() == partition)
                    .mapToLong(Sent::offset)
                    .max()
                    .orElse(0);
        }

        void rejoin() {
            joining = null;
            syncing = null;
            owned.clear();
        }
    }

    private record Sent(int partition, long offset, int generation, Box<OffsetCommit.Reply> answer) {}

    private static final class Run {
        final World world = new World();
        final SplittableRandom random;
        final List<Client> clients = new ArrayList<>();
        final Map<String, String> owners = new HashMap<>();
        final long[] acked = new long[PARTITIONS];
        final int[] newestOwner = new int[PARTITIONS];
        int stableSeen;

        Run(SplittableRandom random) {
            this.random = random;
            world.autoCommit = false;
            Arrays.fill(acked, -1);
            for (int i = 0; i < 5; i++) clients.add(new Client());
        }

        void step() {
            int dice = random.nextInt(100);
            if (dice < 55) act(clients.get(random.nextInt(clients.size())));
            else if (dice < 75 && world.hasUnderWay()) world.commitNext();
            else if (dice < 95) world.advance(random.nextInt(2_000));
            else if (dice < 96) world.advance(random.nextInt(15_000));
            else if (dice < 97) world.failOver(random.nextInt(3));
            else if (dice < 98) leave(clients.get(random.nextInt(clients.size())));
            check();
        }

        void act(Client client) {
            if (client.joining != null) onJoin(client, client.joining);
            else if (client.syncing != null) onSync(client, client.syncing);
            else if (client.owned.isEmpty() || random.nextInt(40) == 0) {
                client.rejoin();
                client.joining = world.join(client.id);
            } else if (random.nextInt(3) == 0) onError(client, world.heartbeat(client.id, client.generation));
            else readAndCommit(client);
        }

        void onJoin(Client client, Box<JoinGroup.Reply> box) {
            if (box.isEmpty()) return;
            JoinGroup.Reply reply = box.get();
            client.rejoin();
            if (reply.error() != Errors.NONE) {
                onError(client, reply.error());
                return;
            }
            client.id = reply.memberId();
            client.generation = reply.generation();
            Map<String, Bytes> assignments = new HashMap<>();
            int next = 0;
            for (JoinGroup.Member m : reply.members()) assignments.put(m.memberId(), Bytes.EMPTY);
            List<String> ids = new ArrayList<>(
                    reply.members().stream().map(JoinGroup.Member::memberId).toList());
            for (int p = 0; p < PARTITIONS && !ids.isEmpty(); p++) {
                assignments.merge(
                        ids.get(next++ % ids.size()), Bytes.of(new byte[] {(byte) p}), GroupSimulationTest::join);
            }
            client.syncing = world.sync(client.id, client.generation, assignments);
        }

        void onSync(Client client, Box<SyncGroup.Reply> box) {
            if (box.isEmpty()) return;
            SyncGroup.Reply reply = box.get();
            client.rejoin();
            if (reply.error() != Errors.NONE) {
                onError(client, reply.error());
                return;
            }
            stableSeen++;
            for (byte p : reply.assignment().toArray()) {
                String owner = owners.putIfAbsent(client.generation + "/" + p, client.id);
                assertThat(owner == null || owner.equals(client.id))
                        .as("I20 partition %s", p)
                        .isTrue();
                long position = world.fetch(partition(p));
                assertThat(position).as("I18 partition %s", p).isGreaterThanOrEqualTo(acked[p]);
                newestOwner[p] = Math.max(newestOwner[p], client.generation);
                client.owned.put((int) p, Math.max(client.lastSent(p), position));
            }
        }

        void readAndCommit(Client client) {
            client.owned.replaceAll((p, offset) -> offset + random.nextInt(10));
            client.owned.forEach((p, offset) -> {
                Box<OffsetCommit.Reply> answer = world.commit(client.id, client.generation, partition(p), offset);
                boolean stale = newestOwner[p] > client.generation;
                client.sent.add(new Sent(p, offset, stale ? -1 : client.generation, answer));
            });
        }

        void leave(Client client) {
            if (!client.id.isEmpty()) world.leave(client.id);
            client.rejoin();
            client.id = "";
        }

        void onError(Client client, Errors error) {
            if (error == Errors.NONE) return;
            client.rejoin();
            if (error == Errors.UNKNOWN_MEMBER_ID) client.id = "";
        }

        void check() {
            for (Client client : clients) {
                client.sent.removeIf(sent -> {
                    if (sent.answer().isEmpty()) return false;
                    Errors error = sent.answer().get().errors().getOrDefault(partition(sent.partition()), Errors.NONE);
                    if (error == Errors.NONE) {
                        assertThat(sent.generation())
                                .as("I21: sent after a newer owner began")
                                .isNotEqualTo(-1);
                        acked[sent.partition()] = Math.max(acked[sent.partition()], sent.offset());
                    } else onError(client, error);
                    return true;
                });
            }
            for (int p = 0; p < PARTITIONS; p++) {
                if (acked[p] >= 0) {
                    assertThat(world.fetch(partition(p)))
                            .as("I17 partition %s", p)
                            .isGreaterThanOrEqualTo(acked[p]);
                }
            }
            if (random.nextInt(20) == 0) assertThat(world.shard.committed()).isEqualTo(world.replayed());
        }

        /** All faults over: the group gets going again, and then its live state is what was written. */
        void heal() {
            for (int i = 0; i < 600; i++) {
                world.commitAll();
                clients.forEach(this::act);
                world.advance(200);
                check();
            }
            world.commitAll();
            GroupView.Described live = world.describe();
            if (live.state() == GroupState.STABLE) {
                assertThat(world.replayed().group("g").orElseThrow().members()).isEqualTo(live.members());
            }
        }
    }

    private static Bytes join(Bytes a, Bytes b) {
        byte[] both = Arrays.copyOf(a.toArray(), a.size() + b.size());
        System.arraycopy(b.toArray(), 0, both, a.size(), b.size());
        return Bytes.of(both);
    }

    private static TopicPartition partition(int index) {
        return new TopicPartition("t", index);
    }

    @Test
    void oneOwnerAndNoCommitLostOrRewound_I17_I18_I20_I21() {
        long[] stable = new long[1];
        Check.forAll(100, random -> random, random -> {
            Run run = new Run(random);
            for (int i = 0; i < 600; i++) run.step();
            int before = run.stableSeen;
            run.heal();
            assertThat(run.stableSeen).as("moves again after the faults").isGreaterThan(before);
            stable[0] += run.stableSeen;
        });
        assertThat(stable[0]).as("the simulation reaches assignments at all").isGreaterThan(1_000);
    }
}
