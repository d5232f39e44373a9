package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.Explain;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.CreatePartitionsRequest;
import dev.curia.proto.admin.v1.CreatePartitionsResponse;
import dev.curia.proto.admin.v1.CreatedPartitions;
import dev.curia.proto.admin.v1.PartitionCount;
import dev.curia.proto.admin.v1.ReplicaSet;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code curia partitions add}. */
@Command(
        name = "add",
        description = {
            "Add partitions to a topic. They can't be taken away again, and from then on records of a key may go to another"
                    + " partition than before."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia partitions add orders --total 12",
            "  curia partitions add orders --total 8 --replicas 1,2,3 --replicas 2,3,1    # had 6"
        })
final class PartitionsAdd extends AdminCommand {
    @Parameters(paramLabel = "TOPIC", description = "Name of a topic.")
    private String topic = "";

    @Option(
            names = {"-n", "--total"},
            required = true,
            paramLabel = "COUNT",
            description = "How many partitions the topic has afterwards, with those that it has now.")
    private int total;

    @Option(
            names = "--replicas",
            paramLabel = "BROKERS",
            description =
                    "Brokers of a new partition, preferred leader first, as 1,2,3; given once for each of them, in order."
                            + " Otherwise the controller chooses.")
    private List<String> replicas = List.of();

    @Option(names = "--validate-only", description = "Only check whether it could be done.")
    private boolean validateOnly;

    PartitionsAdd(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        PartitionCount.Builder wanted =
                PartitionCount.newBuilder().setTopic(topic).setCount(total);
        replicas.forEach(text ->
                wanted.addReplicas(ReplicaSet.newBuilder().addAllBrokers(BrokerIds.parse(curia, "--replicas", text))));
        CreatePartitionsRequest request = CreatePartitionsRequest.newBuilder()
                .addTopics(wanted)
                .setValidateOnly(validateOnly)
                .build();
        AdminClient.Answer<CreatePartitionsResponse> answer =
                admin.change("add partitions to topic " + topic, stub -> stub.createPartitions(request));
        CreatedPartitions result = answer.response().getTopics(0);
        Status status = result.getStatus();
        if (status.getCode() != ErrorCode.NONE) {
            if (curia.structured()) {
                curia.print(curia.data(Json.object()
                        .put("name", topic)
                        .put("error", status.getCode())
                        .put("message", status.getMessage())));
            }
            curia.terminal().err().println("curia: " + Explain.refusal("add partitions to", topic, status));
            return ExitCode.REFUSED;
        }
        if (curia.structured()) {
            curia.print(curia.data(Json.object().put("name", topic).put("partitions", total)));
        } else {
            String has = validateOnly ? " could have " : " has ";
            curia.print("Topic " + topic + has + TopicNames.count(total, "partition") + ".\n");
        }
        return ExitCode.OK;
    }
}
