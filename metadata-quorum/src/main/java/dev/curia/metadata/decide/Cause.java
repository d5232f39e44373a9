package dev.curia.metadata.decide;

import dev.curia.proto.events.v1.CauseKind;

/**
 * Why something is changed. Immutable. It goes into the records, and from there into the journal of events.
 *
 * @param kind one of few, a label of metrics
 * @param text for people
 */
public record Cause(CauseKind kind, String text) {}
