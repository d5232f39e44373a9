package dev.curia.sim;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What arrived at one side and waits until it is asked for; and in the end the end. */
final class Inbound {
    private final SimProcess process;
    private final Consumer<byte[]> deliver;
    private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
    private int requested;
    private @Nullable Runnable end;
    private boolean drainDue;

    Inbound(SimProcess process, Consumer<byte[]> deliver) {
        this.process = process;
        this.deliver = deliver;
    }

    void request(int count) {
        requested += count;
        drainSoon();
    }

    void arrive(byte[] message) {
        arrived.add(message);
        drainSoon();
    }

    void end(Runnable last) {
        end = last;
        drainSoon();
    }

    void drainSoon() {
        if (drainDue) return;
        drainDue = true;
        process.after(process.random.nextLong(500, 20_000), this::drain);
    }

    private void drain() {
        drainDue = false;
        byte[] next = requested > 0 ? arrived.poll() : null;
        if (next != null) {
            requested--;
            deliver.accept(next);
            drainSoon();
        } else if (arrived.isEmpty() && end != null) {
            Runnable last = end;
            end = null;
            last.run();
        }
    }
}
