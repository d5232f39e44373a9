package dev.curia.broker.docs;

import dev.curia.broker.console.ConsoleConfigs;
import dev.curia.broker.console.Route;
import dev.curia.broker.console.RoutesOfNobody;
import dev.curia.common.config.ConfigKey;
import java.io.IOException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConsolePageTest {
    @Test
    void theConsolesPageIsUpToDate() throws IOException {
        String page = """
                # The web console

                Generated from the code. Every node, broker or quorum node, serves a console for people at `/console/` of its HTTP port (`http.listener`,
                9096): the cluster at a glance, topics with their settings and messages, groups and their lag, brokers and their disks, the quorum,
                and events. With `./curia standalone` running it is at http://localhost:9096/. It is in the jar and asks no other host for anything;
                everything in it can be reached with the keyboard.

                ![Overview](console-overview.png)

                ![Messages](console-messages.png)

                ![How far a group is behind](console-group.png)

                ## Who may see what
                The HTTP port asks nobody for a login, and the console only reads: it has no request that changes anything. What it shows of the cluster
                is what its metrics name, and settings; secrets have no value there. Records are another matter, so they are not shown
                unless `console.messages.enable` says so, which `curia standalone` and `deploy/local/cluster.sh` do, on loopback. Who can reach the HTTP port is for
                the network to say: bind it to an inner address, or put a proxy that asks for a login before it.

                With an authorizer the console asks as `User:ANONYMOUS`, and ACLs hold for it. What they refuse it says, with what it would need; without
                any ACL for `User:ANONYMOUS` that is everything.

                | for | it needs |
                | --- | --- |
                | the overview, the lists of topics and groups, brokers and their disks, the quorum, events; and for all below | Describe on the cluster |
                | a topic's partitions and offsets, and how far groups are behind in it | Describe on the topic |
                | its records | Read on the topic |
                | a group's members, offsets and lag | Describe on the group |
                | settings | DescribeConfigs on the topic, or, of a broker, on the cluster |

                For instance, for the console to show all but records and settings:

                ```sh
                curia acls add --allow-principal User:ANONYMOUS --operation Describe --cluster --topic '*' --group '*'
                ```

                A request is answered only under the node's own names: an address, `localhost`, the machine's name, the host of `http.listener`, or one of
                `console.hosts`, which a proxy's name has to be in. Requests that a page of another site makes a browser send are refused.

                %s
                ## The JSON API
                The pages get what they show from here, and so can other programs: `GET` requests below `/api/v1`. Answers are those of the gRPC services that the
                `curia` command uses (their messages are in `proto/src/main/proto`), as JSON: fields in camel case, all of them there; numbers as numbers, enums
                by name, ids as Kafka writes them, digests in hexadecimal digits, what is absent null. Errors have a status from 400 on and
                `{"error": "..."}`: 400 what was asked makes no sense, 403 refused, 404 not there, 429 too much at once, 503 the cluster does not answer.
                At most 50 requests a second are answered, 200 at once.

                %s
                ## Building it
                Its sources are in `broker-node/console` (Preact, TypeScript, Vite). `build/console.sh` builds them with what `package-lock.json` names, and
                puts the result into the resources of `broker-node`, where it is committed: the Maven build needs no Node.js. `build/console.sh --check`
                builds it in another directory and compares, byte for byte; the slow tests do so, too. To work on it, run `npm install` and `npx vite` in
                `broker-node/console` beside a `./curia standalone`.
                """.formatted(
                settings(),
                RoutesOfNobody.all().stream().map(ConsolePageTest::route).collect(Collectors.joining("\n")));
        ReferencePage.check("console.md", page);
    }

    private static String settings() {
        StringBuilder text = new StringBuilder("| setting | default | meaning |\n| --- | --- | --- |\n");
        for (ConfigKey<?> key : ConsoleConfigs.ALL) {
            text.append(
                    "| `%s` | `%s` | %s |\n".formatted(key.name(), key.defaultText(), ReferencePage.cell(key.doc())));
        }
        return text.toString().replace("| `` |", "| |");
    }

    private static String route(Route route) {
        StringBuilder text = new StringBuilder("### `%s`\n%s Answers %s.\n"
                .formatted(
                        route.path(),
                        route.doc(),
                        route.answer().contains("`") ? route.answer() : "`" + route.answer() + "`"));
        if (!route.parameters().isEmpty()) text.append('\n');
        route.parameters()
                .forEach(parameter -> text.append("- `%s`: %s\n".formatted(parameter.name(), parameter.doc())));
        return text.toString();
    }
}
