package dev.curia.broker;

import dev.curia.broker.config.NodeConfig;
import dev.curia.broker.config.ServerSettings;
import dev.curia.common.config.ConfigException;
import dev.curia.common.fault.HaltingFaultHandler;
import dev.curia.common.time.SystemClock;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import picocli.CommandLine.ExitCode;

/** One run of a server process: from settings to the exit code. */
final class ServerRun {
    /** What to do once the node serves. */
    interface WhenReady {
        Next run(Node node) throws Exception;
    }

    /** Whether the process goes on. */
    enum Next {
        SERVE,
        STOP
    }

    private final PrintWriter out;
    private final PrintWriter err;

    ServerRun(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    /** Likewise, of a cluster that begins with nothing of its own. */
    int run(Supplier<Map<String, String>> given, Format format, WhenReady whenReady) {
        return run(given, format, List.of(), whenReady);
    }

    /**
     * Starts the node, says where it serves, and returns when it was told to stop.
     *
     * @param given its settings; may throw {@link ConfigException}
     * @param first what a new cluster's metadata begins with
     */
    int run(Supplier<Map<String, String>> given, Format format, List<MetadataRecord> first, WhenReady whenReady) {
        try (Node node = Node.start(
                NodeConfig.of(ServerSettings.of(given.get())),
                format,
                first,
                new SystemClock(),
                new HaltingFaultHandler())) {
            CountDownLatch stopped = stopOnSignal(node);
            if (!node.awaitReady()) {
                stopped.await();
                return ExitCode.OK;
            }
            out.println(node.readyLine());
            out.flush();
            if (whenReady.run(node) == Next.SERVE) stopped.await();
            return ExitCode.OK;
        } catch (ConfigException e) {
            return failed(ExitCode.USAGE, e);
        } catch (StartupException e) {
            return failed(ExitCode.SOFTWARE, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.SOFTWARE;
        } catch (Exception e) {
            return failed(ExitCode.SOFTWARE, e);
        }
    }

    private int failed(int exitCode, Exception e) {
        String.valueOf(e.getMessage()).lines().forEach(line -> err.println("curia: " + line));
        err.flush();
        return exitCode;
    }

    /** Closes the node on SIGTERM and SIGINT; the process ends when that is done. */
    private static CountDownLatch stopOnSignal(Node node) {
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            node.close();
                            stopped.countDown();
                        },
                        "shutdown"));
        return stopped;
    }
}
