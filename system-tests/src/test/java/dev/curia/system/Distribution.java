package dev.curia.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The built distribution under test, and the source tree it comes from. */
record Distribution(Path home, Path sources) {

    /** @throws IllegalStateException when it is not there; the message says how to build it */
    static Distribution find() {
        Path home = Path.of(property("curia.distribution"));
        if (!Files.isExecutable(home.resolve("bin/curia"))) {
            throw new IllegalStateException("no distribution in " + home
                    + ": run \"mvn verify\" at the top, or \"./curia --help\" to build it first");
        }
        return new Distribution(home, Path.of(property("curia.root")));
    }

    /** The command line of {@code curia} with {@code arguments}. */
    List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/curia").toString());
        command.addAll(arguments);
        return command;
    }

    /** A text with blank lines, long lines and no final surprises: the licence. */
    Path textFile() {
        return sources.resolve("LICENSE");
    }

    /** Where the tests may write. */
    Path workspace() {
        return sources.resolve("system-tests/target");
    }

    private static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), name + " is not set: run the tests through Maven");
    }
}
