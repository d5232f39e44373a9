package dev.curia.metadata.decide;

import dev.curia.metadata.image.BrokerRegistration;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.admin.v1.BrokerShare;
import dev.curia.proto.admin.v1.PlanRebalanceRequest;
import dev.curia.proto.admin.v1.PlanRebalanceResponse;
import dev.curia.proto.admin.v1.PlannedMove;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Evens out how many replicas and preferred leaders the brokers have, by count, with as few moves as that takes. Brokers that are away, in
 * maintenance or draining are left alone, and so are partitions that move. Pure, and the same image gives the same plan: when everything is
 * as even as it can get, an empty one.
 *
 * <p>First partitions that could be on more racks are put there. Then replicas go from whoever has most to whoever has least, never to
 * fewer racks, and so that those of one topic spread. At last the order of replicas changes, which copies nothing, until preferred leaders
 * are even.
 */
public final class RebalancePlan {
    private static final int MOVES_PER_BROKER = 10;

    private RebalancePlan() {}

    public static PlanRebalanceResponse of(MetadataImage image, PlanRebalanceRequest request) {
        List<Integer> brokers = image.brokers().stream()
                .filter(BrokerRegistration::takesReplicas)
                .map(BrokerRegistration::id)
                .sorted()
                .toList();
        PlanRebalanceResponse.Builder plan = PlanRebalanceResponse.newBuilder()
                .setMoving(image.moving().size())
                .setIndex(image.index());
        if (brokers.isEmpty()) return plan.build();
        Balance balance = new Balance(image, brokers);
        plan.addAllBefore(shares(balance, brokers));
        balance.spreadOverRacks();
        balance.evenReplicas();
        balance.evenLeaders();
        plan.addAllAfter(shares(balance, brokers));
        int limit = request.getMovesPerBroker() > 0 ? request.getMovesPerBroker() : MOVES_PER_BROKER;
        MoveLoad load = new MoveLoad(image, limit);
        for (Balance.Item item : balance.changed()) {
            Optional<Integer> busy = load.begin(item.from(), item.replicas());
            plan.addMoves(PlannedMove.newBuilder()
                    .setTopic(item.topic())
                    .setPartition(item.id().partition())
                    .addAllFrom(item.from())
                    .addAllTo(item.replicas())
                    .setNow(busy.isEmpty()));
        }
        return plan.build();
    }

    private static List<BrokerShare> shares(Balance balance, List<Integer> brokers) {
        List<BrokerShare> shares = new ArrayList<>();
        for (int broker : brokers) {
            shares.add(BrokerShare.newBuilder()
                    .setBrokerId(broker)
                    .setReplicas(balance.replicas(broker))
                    .setLeaders(balance.leaders(broker))
                    .build());
        }
        return shares;
    }
}
