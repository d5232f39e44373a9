package dev.curia.bench.load;

import dev.curia.bench.product.Servers;
import dev.curia.bench.product.Waits;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes topics that can be loaded at once, and deletes them. Not thread-safe. */
public final class Topics {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Servers servers;
    private final Clients clients;
    private int made;

    public Topics(Servers servers, Clients clients) {
        this.servers = servers;
        this.clients = clients;
    }

    /** Makes the first topic, with one partition. Brokers that are starting refuse it. */
    public void awaitFirst(String topic) {
        Waits.until(servers + ": the first topic", PATIENCE, () -> {
            servers.checkAlive();
            try {
                clients.createTopic(topic, 1);
                return true;
            } catch (ExecutionException e) {
                return e.getCause() instanceof TopicExistsException;
            }
        });
    }

    /** @return its name */
    public String make(int partitions) throws ExecutionException {
        String topic = "load-" + made++;
        clients.createTopic(topic, partitions);
        awaitLeaders(topic, partitions);
        // Kafka tells of leaders that do not serve yet. A producer's second batch may then come before its first, which
        // never comes in.
        clients.writeToEach(topic, partitions);
        return topic;
    }

    /** When this returns its files are gone, so that nothing of it is done while something else is measured. */
    public void delete(String topic) throws ExecutionException {
        clients.deleteTopic(topic);
        Waits.until(servers + ": the files of " + topic + " are gone", PATIENCE, () -> !servers.haveFilesOf(topic));
    }

    public void awaitLeaders(String topic, int partitions) {
        Waits.until(servers + ": leaders of " + topic, PATIENCE, () -> clients.allHaveLeaders(topic, partitions));
    }
}
