package dev.curia.admin.client;

import dev.curia.proto.common.v1.Status;

/** Turns an error code into a sentence that names the thing and says what to do. Stateless. */
public final class Explain {
    private Explain() {}

    /** Why the cluster would not {@code verb} a topic. */
    public static String refusal(String verb, String topic, Status status) {
        String said = status.getMessage().isEmpty() ? "" : ": " + status.getMessage();
        String advice = switch (status.getCode()) {
            case UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID ->
                "there is no such topic. 'curia topics list' shows those that exist, 'curia topics create " + topic
                        + "' creates it.";
            case TOPIC_ALREADY_EXISTS ->
                "it exists already. 'curia topics describe " + topic + "' shows it; --if-not-exists accepts that.";
            case NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND ->
                "fewer replicas are in sync than min.insync.replicas asks for" + said + ". 'curia topics describe "
                        + topic + "' shows them; --acks leader does not wait for them.";
            case LEADER_NOT_AVAILABLE, NOT_LEADER_OR_FOLLOWER ->
                "a partition has no leader at the moment" + said + ". 'curia topics describe " + topic
                        + "' and 'curia brokers list' show who is down.";
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE ->
                "a record is too large" + said + ". The topic's max.message.bytes sets the limit.";
            case REQUEST_TIMED_OUT -> "it was not done in time" + said + ". It may still be.";
            default ->
                (status.getMessage().isEmpty() ? "the cluster answered" : status.getMessage()) + " (" + status.getCode()
                        + ")";
        };
        return "cannot " + verb + " topic " + topic + ": " + advice;
    }
}
