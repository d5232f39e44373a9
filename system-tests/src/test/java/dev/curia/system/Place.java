package dev.curia.system;

import java.util.List;

/** Where the nodes of a cluster run: all on loopback, or each in a place of its own. */
interface Place {
    /** On this machine, as any process. */
    Place LOOPBACK = new Place() {
        @Override
        public String address(String node) {
            return "127.0.0.1";
        }

        @Override
        public List<String> command(String node, List<String> command) {
            return command;
        }
    };

    /** The address at which a node listens and is reached, by other nodes and by the tests. */
    String address(String node);

    /** The command line that runs a node's command in its place; the process keeps its id. */
    List<String> command(String node, List<String> command);
}
