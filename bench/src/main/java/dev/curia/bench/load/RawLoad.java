package dev.curia.bench.load;

/**
 * Connections that send a batch made beforehand again and again, with one request under way each. They cost so little that the server can show what
 * it does alone.
 *
 * @param records of 1 KiB in each batch
 */
public record RawLoad(int connections, int records) {
    /** Of the value; there is no key. */
    public static final int RECORD_BYTES = 1_024;

    /** Batches as large as a tuned client's. */
    public static final RawLoad LARGE = new RawLoad(6, 125);
    /** What a request costs. */
    public static final RawLoad SMALL = new RawLoad(1, 1);

    @Override
    public String toString() {
        return "raw client, batches of " + records + " KiB, " + connections
                + (connections == 1 ? " connection" : " connections") + ", one request under way";
    }
}
