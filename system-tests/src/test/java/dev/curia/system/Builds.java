package dev.curia.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * On loopback, each node with a build of its own: a link leads to it, as {@code /opt/curia} does on a machine, and what a node's link leads to
 * counts at its next start. Not thread-safe.
 */
final class Builds implements Place {
    private final Path links;
    private final Distribution first;

    /**
     * @param links a directory for the links, which is emptied
     * @param first what all nodes begin with
     */
    Builds(Path links, Distribution first) {
        this.links = links;
        this.first = first;
        LocalCluster.deleteTree(links);
    }

    @Override
    public String address(String node) {
        return LOOPBACK.address(node);
    }

    @Override
    public List<String> command(String node, List<String> command) {
        use(node, first);
        List<String> linked = new ArrayList<>(command);
        linked.set(0, links.resolve(node).resolve("bin/curia").toString());
        return linked;
    }

    /** From its next start on. */
    void use(String node, Distribution build) {
        Path link = links.resolve(node);
        try {
            Files.createDirectories(links);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, build.home());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
