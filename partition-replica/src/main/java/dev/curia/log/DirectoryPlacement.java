package dev.curia.log;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Where a new partition goes: to the directory with the most free space, where half as much still counts as equal. Among equals it is the
 * one with the fewest partitions: free space does not show yet what partitions that were just created will need, and those created together
 * should not all land on one disk. Pure.
 */
final class DirectoryPlacement {
    private DirectoryPlacement() {}

    /** @param usableBytes free for appends */
    record Candidate<D>(D directory, long usableBytes, int partitions) {}

    /** Empty: there is no candidate. */
    static <D> Optional<D> choose(List<Candidate<D>> candidates) {
        long most = candidates.stream().mapToLong(Candidate::usableBytes).max().orElse(0);
        return candidates.stream()
                .filter(candidate -> candidate.usableBytes() >= most / 2)
                .min(Comparator.<Candidate<D>>comparingInt(Candidate::partitions)
                        .thenComparing(Comparator.<Candidate<D>>comparingLong(Candidate::usableBytes)
                                .reversed()))
                .map(Candidate::directory);
    }
}
