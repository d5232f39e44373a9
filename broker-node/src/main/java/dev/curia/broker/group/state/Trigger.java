package dev.curia.broker.group.state;

import dev.curia.proto.events.v1.CauseKind;

/**
 * Why a group deals its partitions out anew. Immutable.
 *
 * @param text for people
 */
public record Trigger(CauseKind kind, String text) {
    static Trigger joined(String memberId) {
        return new Trigger(CauseKind.MEMBER_JOINED, "member " + memberId + " joined");
    }

    static Trigger left(String memberId) {
        return new Trigger(CauseKind.MEMBER_LEFT, "member " + memberId + " left");
    }

    static Trigger silent(String memberId) {
        return new Trigger(
                CauseKind.MEMBER_SILENT, "member " + memberId + " was not heard of within its session timeout");
    }

    /** It lives, but does not do its part of a rebalance. */
    static Trigger tooSlow(String memberId) {
        return new Trigger(
                CauseKind.MEMBER_TOO_SLOW, "member " + memberId + " did not do its part within its rebalance timeout");
    }

    static Trigger otherSubscription(String memberId) {
        return new Trigger(CauseKind.SUBSCRIPTION_CHANGED, "member " + memberId + " subscribes otherwise");
    }

    /** Clients' leaders do so when topics have changed, or before they end. */
    static Trigger askedByLeader(String memberId) {
        return new Trigger(
                CauseKind.LEADER_REJOINED, "the group's leader, member " + memberId + ", asked for another assignment");
    }

    static Trigger topicsChanged() {
        return new Trigger(CauseKind.TOPICS_CHANGED, "subscribed topics came, went or grew");
    }

    static Trigger protocolChanged(String to) {
        return new Trigger(CauseKind.PROTOCOL_CHANGED, "its members speak the " + to + " protocol now");
    }

    static Trigger coordinatorChanged() {
        return new Trigger(CauseKind.COORDINATOR_CHANGED, "begun under another coordinator");
    }
}
