package dev.curia.bench.scale;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.function.ObjDoubleConsumer;

/** Drives one broker through growing sizes of one dimension. One thread. */
interface Trial extends AutoCloseable {
    /**
     * Makes the broker's state that of a size, which is larger than all before, and measures it.
     *
     * @param costs takes each cost once, with its name and unit
     */
    void at(long size, ObjDoubleConsumer<String> costs) throws IOException, ExecutionException;

    /** The broker goes on. */
    @Override
    default void close() {}

    /** On a broker that runs and on which nothing was done yet; windows are so many seconds long. */
    interface Start {
        Trial on(Broker broker, double windowSeconds) throws IOException, ExecutionException;
    }
}
