package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.common.text.Json;
import dev.curia.proto.admin.v1.UnregisterBrokerRequest;
import dev.curia.proto.admin.v1.UnregisterBrokerResponse;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code curia brokers unregister}. */
@Command(
        name = "unregister",
        description = {
            "Have the cluster forget a broker that is stopped for good. It must hold no replicas any more: move them to others first"
                    + " with 'curia partitions reassign'. Should it start again, it registers as a new one."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia brokers unregister 4"})
final class BrokersUnregister extends AdminCommand {
    @Parameters(paramLabel = "ID", description = "Id of a broker.")
    private int broker;

    BrokersUnregister(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        UnregisterBrokerRequest request =
                UnregisterBrokerRequest.newBuilder().setBrokerId(broker).build();
        AdminClient.Answer<UnregisterBrokerResponse> answer =
                admin.change("unregister broker " + broker, stub -> stub.unregisterBroker(request));
        Status status = answer.response().getStatus();
        boolean goneAlready = answer.afterLostAttempt() && status.getCode() == ErrorCode.BROKER_ID_NOT_REGISTERED;
        if (status.getCode() != ErrorCode.NONE && !goneAlready) {
            throw new ClusterException(
                    ClusterException.Kind.REFUSED,
                    "cannot unregister broker " + broker + ": " + status.getMessage() + " (" + status.getCode() + ")");
        }
        if (curia.structured()) {
            curia.print(curia.data(Json.object().put("brokerId", broker).put("unregistered", true)));
        } else {
            curia.print("Broker " + broker + " is unregistered.\n");
        }
        return ExitCode.OK;
    }
}
