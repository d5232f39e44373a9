package dev.curia.broker.txn.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/** Requests that wait for what is under way with their transactional id. Loop-confined. */
final class Waiting {
    /** For one transactional id; more are told to come again. */
    private static final int MOST = 1000;

    /** @param untilMs monotonic; then it is told to come again */
    record Request(AddPartitions.Request asked, long untilMs, Consumer<Errors> answer) {}

    private final Map<String, List<Request>> byId = new LinkedHashMap<>();

    /** @return false: there is no room */
    boolean add(Request request) {
        List<Request> others = byId.computeIfAbsent(request.asked.transactionalId(), id -> new ArrayList<>());
        return others.size() < MOST && others.add(request);
    }

    boolean any(String transactionalId) {
        return byId.containsKey(transactionalId);
    }

    /** All of them, in the order they came; they wait no more. */
    List<Request> take(String transactionalId) {
        List<Request> taken = byId.remove(transactionalId);
        return taken == null ? List.of() : taken;
    }

    void clear() {
        byId.clear();
    }
}
