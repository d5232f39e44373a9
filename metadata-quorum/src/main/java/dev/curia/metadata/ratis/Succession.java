package dev.curia.metadata.ratis;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.net.HostPort;
import dev.curia.metadata.port.ProcessWatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A follower need not wait for the election timeout when the leader's process is known to be gone: it stands for election at once, or after
 * those of lower ids have had their turn, so that votes are not split. An election is always safe, so false evidence costs a change of leader.
 *
 * <p>Confined to the loop.
 */
final class Succession {
    /** The quorum as this node sees it. */
    interface Quorum {
        /** Who leads; empty when nobody does, or this node. */
        Optional<Leader> leader();

        /** In no order, this node among them. */
        List<Integer> voterIds();

        /** Stands for election in place of this leader, unless meanwhile there is another, or this node knows that others have more. */
        void stand(Leader gone);
    }

    record Leader(int id, HostPort address) {}

    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);
    /** In which an election is won where nothing is in its way. */
    private static final Duration TURN = Duration.ofMillis(150);

    private final int nodeId;
    private final Quorum quorum;
    private final ProcessWatch processes;
    private final EventLoop loop;
    private Optional<Leader> leader = Optional.empty();
    private ProcessWatch.@Nullable Watched watched;
    private boolean known; // that it is gone

    Succession(int nodeId, Quorum quorum, ProcessWatch processes, EventLoop loop) {
        this.nodeId = nodeId;
        this.quorum = quorum;
        this.processes = processes;
        this.loop = loop;
    }

    /** Looks who leads now. */
    void check() {
        Optional<Leader> now = quorum.leader();
        if (now.equals(leader)) return;
        close();
        leader = now;
        known = false;
        watched = now.map(who -> processes.watch(who.address(), () -> loop.offer(() -> gone(who))))
                .orElse(null);
    }

    private void gone(Leader who) {
        if (known || !leader.equals(Optional.of(who))) return;
        known = true;
        long before = quorum.voterIds().stream()
                .filter(id -> id < nodeId && id != who.id())
                .count();
        loop.schedule(TURN.multipliedBy(before).toNanos(), () -> {
            if (quorum.leader().filter(now -> !now.equals(who)).isPresent()) return;
            LOG.info("node {}, which led the metadata quorum, is gone: standing for election", who.id());
            quorum.stand(who);
        });
    }

    void close() {
        if (watched != null) watched.close();
        watched = null;
    }
}
