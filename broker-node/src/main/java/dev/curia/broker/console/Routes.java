package dev.curia.broker.console;

import dev.curia.common.text.Json;
import dev.curia.common.time.Clock;
import java.util.List;
import java.util.stream.Stream;

/** All routes of the API, in one table. Stateless. */
public final class Routes {
    private Routes() {}

    /**
     * @param self what the console tells of itself
     * @param messages whether records are shown
     */
    public static List<Route> of(ClusterReads reads, Json.Obj self, boolean messages, Clock clock) {
        return Stream.of(
                        new ClusterRoutes(reads, self).routes(),
                        new TopicRoutes(reads).routes(),
                        new RecordRoutes(reads, messages, clock).routes(),
                        new GroupRoutes(reads, clock).routes())
                .flatMap(List::stream)
                .toList();
    }
}
