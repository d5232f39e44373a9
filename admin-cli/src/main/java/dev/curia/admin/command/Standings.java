package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.proto.admin.v1.ChangeStandingRequest;
import dev.curia.proto.admin.v1.ChangeStandingResponse;
import dev.curia.proto.common.v1.BrokerStanding;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.Status;

/** What administrators want of brokers, in words and requests. Stateless. */
final class Standings {
    private Standings() {}

    /** @return whether it was accepted; if not, the reason is printed */
    static boolean change(
            CuriaCommand curia, AdminClient admin, String what, int broker, ChangeStandingRequest.Action action) {
        ChangeStandingRequest request = ChangeStandingRequest.newBuilder()
                .setBrokerId(broker)
                .setAction(action)
                .build();
        ChangeStandingResponse response =
                admin.change(what, stub -> stub.changeStanding(request)).response();
        return accepted(curia, what, response.getStatus());
    }

    static boolean accepted(CuriaCommand curia, String what, Status status) {
        if (status.getCode() == ErrorCode.NONE) return true;
        curia.terminal()
                .err()
                .println("curia: cannot " + what + ": " + status.getMessage() + " (" + status.getCode() + ")");
        return false;
    }

    static String name(BrokerStanding standing) {
        return switch (standing) {
            case IN_SERVICE -> "in service";
            case IN_MAINTENANCE -> "maintenance";
            case DRAINING -> "draining";
            case DECOMMISSIONING -> "decommissioning";
            case UNRECOGNIZED -> "unknown to this version of curia";
        };
    }
}
