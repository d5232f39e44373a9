package dev.curia.broker.console;

import dev.curia.common.text.Json;
import dev.curia.common.time.SystemClock;
import java.util.List;

/** The table of routes, for the reference page. */
public final class RoutesOfNobody {
    private RoutesOfNobody() {}

    public static List<Route> all() {
        return Routes.of(new FakeCluster(), Json.object(), true, new SystemClock());
    }
}
