package dev.curia.bench.availability;

import dev.curia.bench.product.NodeProcess;
import dev.curia.bench.product.Waits;

/** What is done to a cluster. */
enum Fault {
    KILLED_LEADER("a partition leader killed (SIGKILL)", false, 1_000) {
        @Override
        void inject(Cluster cluster) {
            cluster.broker(cluster.leader()).kill();
        }
    },
    STOPPED_LEADER("a partition leader stopped cleanly (SIGTERM)", false, 100) {
        @Override
        void inject(Cluster cluster) {
            cluster.broker(cluster.leader()).terminate();
        }
    },
    FROZEN_LEADER(
            "a partition leader frozen (SIGSTOP): its connections stay open, nothing comes any more", false, 4_000) {
        @Override
        void inject(Cluster cluster) {
            cluster.broker(cluster.leader()).signal("STOP");
        }
    },
    KILLED_QUORUM_LEADER("the quorum leader killed, which is no broker", false, 200) {
        @Override
        void inject(Cluster cluster) {
            cluster.quorumNode(cluster.quorumLeader()).kill();
        }
    },
    THREE_FAULTS(
            "a partition leader killed, after 0.3 s the quorum leader killed, after 0.3 s another broker frozen for 1"
                    + " s",
            false,
            0) {
        @Override
        void inject(Cluster cluster) {
            int leader = cluster.leader();
            int quorumLeader = cluster.quorumLeader();
            NodeProcess another = cluster.broker(leader % Cluster.NODES + 1);
            cluster.broker(leader).kill();
            Waits.pause(0.3);
            cluster.quorumNode(quorumLeader).kill();
            Waits.pause(0.3);
            another.signal("STOP");
            Waits.pause(1);
            another.signal("CONT");
        }
    },
    KILLED_BOTH("a process killed that is partition leader and quorum leader", true, 2_500) {
        @Override
        void inject(Cluster cluster) {
            cluster.quorumNode(cluster.quorumLeader()).kill();
        }
    };

    private final String what;
    private final boolean combined;
    private final int targetMillis;

    Fault(String what, boolean combined, int targetMillis) {
        this.what = what;
        this.combined = combined;
        this.targetMillis = targetMillis;
    }

    /** Returns when all of it is done; the first of it happens at once. */
    abstract void inject(Cluster cluster);

    String what() {
        return what;
    }

    /** Whether it needs nodes that are quorum node and broker in one. */
    boolean combined() {
        return combined;
    }

    /** What Curia should keep within; 0: no promise. */
    int targetMillis() {
        return targetMillis;
    }
}
