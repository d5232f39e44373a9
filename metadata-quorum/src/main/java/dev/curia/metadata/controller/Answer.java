package dev.curia.metadata.controller;

/** What became of a request to the controller. A value: the futures that carry it never fail. */
public sealed interface Answer<R> {
    /** Decided, and whatever it changed is committed. */
    record Done<R>(R reply) implements Answer<R> {}

    /** Nothing happened: this node is not the active controller, or is just finding its place. */
    record NotActive<R>() implements Answer<R> {}

    /** Nothing happened: too many requests wait. */
    record Overloaded<R>() implements Answer<R> {}

    /** It may or may not have taken effect: leadership was lost, or the log did not answer in time. */
    record Unknown<R>(String reason) implements Answer<R> {}
}
