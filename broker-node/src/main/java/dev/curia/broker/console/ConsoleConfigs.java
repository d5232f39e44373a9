package dev.curia.broker.console;

import dev.curia.common.config.ConfigKey;
import java.util.List;

/** Settings of the web console. */
public final class ConsoleConfigs {
    public static final ConfigKey<Boolean> ENABLE = ConfigKey.ofBoolean(
            "console.enable",
            true,
            "Whether the HTTP port serves the web console at /console/ and its JSON API at /api/v1/. Both only read, and whoever reaches the port sees the"
                    + " names, settings and groups of the cluster, as in its metrics; no setting that is a secret, and no record.");
    public static final ConfigKey<Boolean> MESSAGES = ConfigKey.ofBoolean(
            "console.messages.enable",
            false,
            "Whether the web console shows the records of topics, too: to whoever reaches the HTTP port, which asks nobody for a login. 'curia standalone'"
                    + " sets it, and listens on loopback only.");
    public static final ConfigKey<List<String>> HOSTS = ConfigKey.ofList(
            "console.hosts",
            "",
            "Names under which browsers may reach the web console, besides addresses, localhost, this machine's name and the host of http.listener. A request"
                    + " for another name is refused, so that no web page can reach the console under a name of its own. For a proxy or a load balancer.");

    /** All of them, for the reference page and the check of unknown keys. */
    public static final List<ConfigKey<?>> ALL = List.of(ENABLE, MESSAGES, HOSTS);

    private ConsoleConfigs() {}
}
