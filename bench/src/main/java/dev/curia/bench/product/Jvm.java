package dev.curia.bench.product;

import java.nio.file.Path;
import java.util.List;

/**
 * The Java that servers run on, the same for all products.
 *
 * @param java the program
 * @param heap its options for the heap, separated by spaces
 */
public record Jvm(Path java, String heap) {
    /** The Java that runs this program. */
    public static Jvm own(String heap) {
        // A compiler's thread that ended would have its processor time counted as somebody else's.
        return new Jvm(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                heap + " -XX:-UseDynamicNumberOfCompilerThreads");
    }

    List<String> heapOptions() {
        return List.of(heap.split(" +"));
    }

    /** As for the variable JAVA_HOME. */
    Path home() {
        return java.resolve("../..").normalize();
    }
}
