package dev.curia.broker.group.state;

import static dev.curia.broker.group.state.World.topicId;
import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.broker.coordinator.ShardWorld.Box;
import dev.curia.broker.group.state.assign.TopicPartitions;
import dev.curia.common.id.TopicPartition;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random members of consumer groups (KIP-848) that join, give up slowly, leave, go silent and come back, with answers lost, topics that grow
 * and go, appends delayed or refused, and coordinators that move. Checked: no member is given a partition that another member has and
 * has not said to have given up; epochs never go back; no commit is lost or rewound; when the faults end everybody converges, and
 * each partition has one owner.
 */
class ConsumerGroupSimulationTest {
    private static final int CLIENTS = 5;

    private static final class Client {
        final String id;
        final @Nullable String instanceId;
        int epoch;
        boolean joined;
        boolean away;
        /** An answer was lost: it tells all and asks for all. */
        boolean unsure;

        TopicPartitions has = TopicPartitions.EMPTY;
        /** What it shall have; it gives the rest up in its own time. */
        TopicPartitions shall = TopicPartitions.EMPTY;

        @Nullable
        Box<ConsumerHeartbeat.Reply> waiting;

        ConsumerHeartbeat.@Nullable Request sent;

        ConsumerHeartbeat.@Nullable Reply last;

        Client(int n) {
            id = "m" + n;
            instanceId = n % 3 == 0 ? "i" + n : null;
        }

        void drop() {
            joined = false;
            epoch = 0;
            has = TopicPartitions.EMPTY;
            shall = TopicPartitions.EMPTY;
            waiting = null;
        }
    }

    private record Commit(TopicPartition partition, long offset, Box<OffsetCommit.Reply> answer) {}

    private static final class Run {
        final World world = new World();
        final SplittableRandom random;
        final List<Client> clients = new ArrayList<>();
        final List<Commit> commits = new ArrayList<>();
        final Map<TopicPartition, Long> acked = new HashMap<>();
        int groupEpoch;
        int given;
        boolean healing;

        Run(SplittableRandom random) {
            this.random = random;
            world.topic("t", 4);
            world.topic("u", 3);
            world.autoCommit = false;
            for (int i = 0; i < CLIENTS; i++) clients.add(new Client(i));
        }

        void step() {
            int dice = random.nextInt(100);
            Client client = clients.get(random.nextInt(clients.size()));
            if (dice < 50) act(client);
            else if (dice < 72 && world.hasUnderWay()) world.commitNext();
            else if (dice < 74 && world.hasUnderWay()) world.refuseNext(Errors.COORDINATOR_NOT_AVAILABLE);
            else if (dice < 92) world.advance(random.nextInt(800));
            else if (dice < 93) world.advance(random.nextInt(12_000));
            else if (dice < 94) world.failOver(random.nextInt(3));
            else if (dice < 96) leave(client);
            else if (dice < 97) resize(random.nextInt(6));
            else if (dice < 99) world.resolveAll();
            else client.away = !client.away;
            clients.forEach(this::receive);
            collectCommits();
            check();
        }

        private void resize(int partitions) {
            world.topic("u", partitions);
            if (partitions > 0) return;
            // With it go its offsets, those too whose commit is under way.
            acked.keySet().removeIf(partition -> partition.topic().equals("u"));
            commits.removeIf(commit -> commit.partition().topic().equals("u"));
        }

        void act(Client client) {
            if (client.away) return;
            if (client.waiting != null) {
                // It gives up on an answer, or waits on.
                if (!healing && random.nextInt(4) == 0) {
                    client.waiting = null;
                    client.unsure = true;
                }
                return;
            }
            if (client.joined && random.nextInt(3) > 0) client.has = client.has.and(client.shall);
            if (client.joined && random.nextInt(4) == 0) commit(client);
            boolean regex = client.id.equals("m1");
            boolean full = !client.joined || client.unsure;
            TopicPartitions has = !full && random.nextInt(5) == 0 ? null : client.has;
            send(
                    client,
                    client.joined ? client.epoch : 0,
                    !full ? null : regex ? List.of() : List.of("t", "u"),
                    !full || !regex ? null : "[tu]",
                    client.joined ? has : TopicPartitions.EMPTY);
            client.unsure = false;
        }

        private void send(
                Client client,
                int epoch,
                @Nullable List<String> topics,
                @Nullable String regex,
                @Nullable TopicPartitions has) {
            client.sent = new ConsumerHeartbeat.Request(
                    "g",
                    client.id,
                    epoch,
                    client.instanceId,
                    null,
                    topics == null ? -1 : 8_000,
                    new JoinGroup.Client("c", "/h"),
                    topics,
                    regex,
                    null,
                    has);
            client.waiting = world.consume(client.sent);
        }

        void leave(Client client) {
            if (!client.joined || client.waiting != null) return;
            boolean back = client.instanceId != null && random.nextBoolean();
            send(client, back ? -2 : -1, null, null, null);
            // It does not wait, and has closed everything before it says so.
            client.drop();
        }

        void receive(Client client) {
            if (client.waiting == null || client.waiting.isEmpty() || client.away) return;
            ConsumerHeartbeat.Reply reply = client.waiting.get();
            client.waiting = null;
            client.last = reply;
            // Lost on the way.
            if (!healing && random.nextInt(10) == 0) {
                client.unsure = true;
                return;
            }
            if (reply.error() == Errors.UNKNOWN_MEMBER_ID
                    || reply.error() == Errors.FENCED_MEMBER_EPOCH
                    || reply.error() == Errors.FENCED_INSTANCE_ID) {
                client.drop();
                return;
            }
            if (reply.error() != Errors.NONE) return;
            assertThat(reply.memberEpoch()).as("epoch of " + client.id).isGreaterThanOrEqualTo(client.epoch);
            client.joined = true;
            client.epoch = reply.memberEpoch();
            if (reply.assignment() == null) return;
            given++;
            client.shall = reply.assignment();
            TopicPartitions added = client.shall.minus(client.has);
            client.has = client.has.plus(added);
            // A late answer to one that has been taken for dead meanwhile gives it nothing.
            if (!isMember(client)) return;
            for (Client other : clients) {
                if (other == client || !isMember(other)) continue;
                assertThat(other.has.intersects(added))
                        .as(client.id + " is given " + added + " while " + other.id + " has " + other.has)
                        .isFalse();
            }
        }

        /** The coordinator has not taken it for dead; one that is does not know, and has lost its say. */
        private boolean isMember(Client client) {
            ConsumerGroup group = world.shard.committed().consumer("g");
            return client.joined
                    && group.member(client.id) != null
                    && group.progress(client.id).epoch() >= client.epoch;
        }

        private void commit(Client client) {
            client.has.forEach((topic, partition) -> {
                TopicPartition name = new TopicPartition(topicId("t").equals(topic) ? "t" : "u", partition);
                long at = Math.max(world.fetchOf(name), 0) + 1;
                // Only the newest may be under way, as of a client that commits synchronously.
                if (commits.stream().anyMatch(c -> c.partition().equals(name))) return;
                commits.add(new Commit(name, at, world.commit(client.id, client.epoch, name, at)));
            });
        }

        private void collectCommits() {
            commits.removeIf(commit -> {
                if (commit.answer().isEmpty()) return false;
                if (commit.answer().get().errors().get(commit.partition()) == Errors.NONE) {
                    acked.merge(commit.partition(), commit.offset(), Math::max);
                }
                return true;
            });
        }

        private void check() {
            ConsumerGroup group = world.shard.committed().consumer("g");
            assertThat(group.epoch()).as("the group's epoch").isGreaterThanOrEqualTo(groupEpoch);
            groupEpoch = group.epoch();
            assertThat(group.targetEpoch()).isLessThanOrEqualTo(group.epoch());
            acked.forEach(
                    (partition, offset) -> assertThat(world.fetchOf(partition)).isGreaterThanOrEqualTo(offset));
        }

        void heal() {
            healing = true;
            world.autoCommit = true;
            world.commitAll();
            world.topic("u", 3);
            for (Client client : clients) {
                client.away = false;
                // What was asked of an earlier coordinator is never answered.
                client.waiting = null;
                client.unsure = true;
            }
            for (int round = 0; round < 200; round++) {
                for (Client client : clients) {
                    if (client.waiting == null) {
                        if (client.joined) client.has = client.has.and(client.shall);
                        act(client);
                    }
                    receive(client);
                }
                world.resolveAll();
                world.advance(500);
            }
            ConsumerGroup group = world.shard.committed().consumer("g");
            assertThat(group.state()).as(group.toString()).isEqualTo(GroupState.STABLE);
            Set<String> seen = new HashSet<>();
            int sum = 0;
            for (Client client : clients) {
                assertThat(client.joined)
                        .as(client.id + " sent " + client.sent + " got " + client.last)
                        .isTrue();
                assertThat(client.has).as(client.id).isEqualTo(group.target(client.id));
                client.has.forEach((topic, partition) -> seen.add(topic + "-" + partition));
                sum += client.has.size();
                assertThat(client.has.size()).isBetween(1, 2);
            }
            assertThat(seen).hasSize(7);
            assertThat(sum).isEqualTo(7);
            assertThat(world.replayed()).isEqualTo(world.shard.committed());
        }
    }

    @Test
    void nobodyIsGivenWhatAnotherHasAndEverybodyConverges() {
        int[] given = new int[1];
        Check.forAll(300, SplittableRandom::nextLong, seed -> {
            Run run = new Run(new SplittableRandom(seed));
            for (int i = 0; i < 600; i++) run.step();
            run.heal();
            given[0] += run.given;
        });
        assertThat(given[0]).as("assignments given").isGreaterThan(3_000);
    }
}
