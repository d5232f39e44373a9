package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import java.io.IOException;
import java.util.concurrent.Callable;

/** A command that asks the quorum: connects, runs, disconnects. */
abstract class AdminCommand implements Callable<Integer> {
    final CuriaCommand curia;

    AdminCommand(CuriaCommand curia) {
        this.curia = curia;
    }

    @Override
    public Integer call() throws Exception {
        try (Channels channels = new Channels(curia.credentials())) {
            return run(curia.admin(channels), channels);
        }
    }

    /** @return the exit code */
    abstract int run(AdminClient admin, Channels channels) throws IOException;
}
