package dev.curia.bench.profile;

import java.util.List;

/**
 * What one thread was doing at one time. Immutable.
 *
 * @param thread its name, of which Linux keeps 15 characters
 * @param chain from the function that ran to its callers
 */
record Sample(String thread, List<Frame> chain) {
    Sample {
        chain = List.copyOf(chain);
    }
}
