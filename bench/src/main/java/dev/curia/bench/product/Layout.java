package dev.curia.bench.product;

import java.util.ArrayList;
import java.util.List;

/** Which processes a cluster consists of. */
public enum Layout {
    /** One process that is broker and quorum node. */
    SINGLE(1, true),
    /** Three processes, each broker and quorum node. */
    COMBINED(3, true),
    /** Three brokers and three quorum nodes, each a process of its own. */
    APART(3, false);

    /** Ids of quorum nodes that are no brokers lie above those of brokers. */
    private static final int QUORUM_IDS = 100;

    private final int brokers;
    private final boolean combined;

    Layout(int brokers, boolean combined) {
        this.brokers = brokers;
        this.combined = combined;
    }

    public int brokers() {
        return brokers;
    }

    /** @param port the first of at most 30 that are free */
    List<Product.Place> places(int port) {
        List<Product.Place> places = new ArrayList<>();
        for (int id = 1; id <= brokers; id++, port += 10) {
            places.add(new Product.Place(id, true, combined, port, port + 1, port + 3, port + 4));
            if (!combined) {
                places.add(new Product.Place(QUORUM_IDS + id, false, true, port + 5, port + 6, port + 7, port + 8));
            }
        }
        return places;
    }
}
