package dev.curia.broker.kafka.api.group;

import dev.curia.broker.group.GroupCoordinator;
import dev.curia.broker.kafka.api.ClusterView;
import dev.curia.broker.kafka.api.RequestHandler;
import java.util.List;

/** The handlers of all group requests but FindCoordinator. */
public final class GroupHandlers {
    private GroupHandlers() {}

    public static List<RequestHandler<?>> all(GroupCoordinator groups, ClusterView cluster) {
        return List.of(
                new JoinGroupHandler(groups),
                new SyncGroupHandler(groups),
                new HeartbeatHandler(groups),
                new LeaveGroupHandler(groups),
                new ConsumerGroupHeartbeatHandler(groups, cluster),
                new ConsumerGroupDescribeHandler(groups, cluster),
                new OffsetCommitHandler(groups, cluster),
                new OffsetFetchHandler(groups, cluster),
                new OffsetDeleteHandler(groups),
                new DescribeGroupsHandler(groups),
                new ListGroupsHandler(groups),
                new DeleteGroupsHandler(groups));
    }
}
