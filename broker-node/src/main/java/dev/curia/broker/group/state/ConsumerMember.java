package dev.curia.broker.group.state;

import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a member of a consumer group has told of itself. Immutable.
 *
 * @param instanceId of a static member (KIP-345)
 * @param topics subscribed by name
 * @param regex subscribed by expression; null none
 * @param rebalanceTimeoutMs how long it may take to give a partition up
 * @param assignor it would have; null: the broker's choice
 * @param classic of a member that speaks the classic protocol; null otherwise
 */
public record ConsumerMember(
        @Nullable String instanceId,
        @Nullable String rackId,
        JoinGroup.Client client,
        NavigableSet<String> topics,
        @Nullable String regex,
        int rebalanceTimeoutMs,
        @Nullable String assignor,
        @Nullable Classic classic) {
    /** What the classic protocol needs of a member. */
    public record Classic(int sessionTimeoutMs, List<JoinGroup.Protocol> protocols) {
        public Classic {
            protocols = List.copyOf(protocols);
        }
    }

    public ConsumerMember {
        topics = Collections.unmodifiableNavigableSet(new TreeSet<>(topics));
    }

    boolean subscribesAs(ConsumerMember other) {
        return topics.equals(other.topics) && java.util.Objects.equals(regex, other.regex);
    }
}
