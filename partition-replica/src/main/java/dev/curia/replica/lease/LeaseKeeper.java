package dev.curia.replica.lease;

import dev.curia.common.loop.EventLoop;
import dev.curia.common.time.Clock;
import dev.curia.replica.port.ContactLinks;
import java.util.Collection;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the other brokers while this one does not hear the controller. Confined to its loop. */
public final class LeaseKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);

    private final ControllerLease lease;
    private final ContactLinks links;
    private final Supplier<Collection<Integer>> others;
    private final EventLoop loop;
    private final Clock clock;
    private boolean lent;

    /**
     * @param others the other brokers of the cluster, as of now
     * @param loop closed by the owner
     */
    public LeaseKeeper(
            ControllerLease lease,
            ContactLinks links,
            Supplier<Collection<Integer>> others,
            EventLoop loop,
            Clock clock) {
        this.lease = lease;
        this.links = links;
        this.others = others;
        this.loop = loop;
        this.clock = clock;
    }

    public void start() {
        loop.schedule(lease.pollNanos(), this::turn);
    }

    private void turn() {
        if (lease.isEnding()) others.get().forEach(this::ask);
        tell();
        start();
    }

    private void ask(int broker) {
        long asked = clock.monotonicNanos();
        var unused = links.askContact(broker).whenComplete((said, failure) -> {
            if (failure == null) lease.told(broker, asked, said);
            else LOG.debug("broker {} does not say whether it hears a controller", broker, failure);
        });
    }

    private void tell() {
        if (lease.isLent() == lent) return;
        lent = !lent;
        if (lent) {
            LOG.warn(
                    "no controller has answered for {} ms: only those partitions are served of which no other replica hears one",
                    lease.silence().toMillis());
        } else {
            LOG.info("a controller answers again: all partitions led here are served");
        }
    }
}
