package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.Explain;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.DeleteTopicsRequest;
import dev.curia.proto.admin.v1.DeleteTopicsResponse;
import dev.curia.proto.admin.v1.DeletedTopic;
import dev.curia.proto.admin.v1.TopicRef;
import dev.curia.proto.common.v1.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia topics delete}. */
@Command(
        name = "delete",
        description = "Delete topics and all their records. There is no way back.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia topics delete orders", "  curia topics delete a b c --if-exists"})
final class TopicsDelete extends AdminCommand {
    @Parameters(arity = "1..*", paramLabel = "TOPIC", description = "Names of topics.")
    private List<String> names = List.of();

    @Option(names = "--if-exists", description = "A topic that does not exist is fine.")
    private boolean ifExists;

    TopicsDelete(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        DeleteTopicsRequest.Builder request = DeleteTopicsRequest.newBuilder();
        names.forEach(name -> request.addTopics(TopicRef.newBuilder().setName(name)));
        AdminClient.Answer<DeleteTopicsResponse> answer =
                admin.change("delete " + TopicNames.list(names), stub -> stub.deleteTopics(request.build()));
        List<Object> results = new ArrayList<>();
        boolean failed = false;
        for (int i = 0; i < answer.response().getTopicsCount(); i++) {
            DeletedTopic topic = answer.response().getTopics(i);
            failed |= !report(names.get(i), topic, answer.afterLostAttempt());
            Json.Obj json = Json.object().put("name", names.get(i));
            ErrorCode code = topic.getStatus().getCode();
            results.add(
                    code == ErrorCode.NONE
                            ? json.put("deleted", true)
                            : json.put("error", code)
                                    .put("message", topic.getStatus().getMessage()));
        }
        if (curia.structured()) curia.print(curia.data(results));
        return failed ? ExitCode.REFUSED : ExitCode.OK;
    }

    /** @return whether it is as the user wants it */
    private boolean report(String name, DeletedTopic topic, boolean afterLostAttempt) {
        ErrorCode code = topic.getStatus().getCode();
        if (code == ErrorCode.NONE) {
            if (!curia.structured()) curia.print("Deleted topic " + name + ".\n");
            return true;
        }
        if (code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION && (ifExists || afterLostAttempt)) {
            if (!curia.structured()) curia.print("There is no topic " + name + ".\n");
            return true;
        }
        curia.terminal().err().println("curia: " + Explain.refusal("delete", name, topic.getStatus()));
        return false;
    }
}
