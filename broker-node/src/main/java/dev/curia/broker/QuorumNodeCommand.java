package dev.curia.broker;

import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerSettings;
import dev.curia.common.config.ConfigException;
import dev.curia.metadata.ratis.QuorumNodeConfig;
import dev.curia.metadata.ratis.QuorumStartException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command on the directory of a quorum node that does not run: which node it is, and how failures are told. */
abstract class QuorumNodeCommand implements Callable<Integer> {
    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "Java properties file with the node's settings.")
    @SuppressWarnings("NullAway.Init") // by picocli
    private Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting that wins over the file's and the environment's; may be repeated.")
    private Map<String, String> overrides = new HashMap<>();

    QuorumNodeCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try {
            NodeConfig node = NodeConfig.of(ServerSettings.of(ConfigFile.read(config, environment, overrides)));
            if (!node.quorum()) {
                throw new ConfigException("Setting process.roles says that this is no quorum node: there is nothing to "
                        + spec.name() + ".");
            }
            return run(QuorumRole.nodeConfig(node), out);
        } catch (ConfigException e) {
            err.println("curia: " + e.getMessage());
            return ExitCode.USAGE;
        } catch (QuorumStartException | IOException e) {
            err.println("curia: " + e.getMessage());
            return ExitCode.SOFTWARE;
        } finally {
            out.flush();
        }
    }

    /** @return the exit code */
    abstract int run(QuorumNodeConfig node, PrintWriter out) throws IOException;
}
