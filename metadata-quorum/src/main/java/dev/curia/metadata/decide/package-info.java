/**
 * The controller's decisions, one class an aspect. Pure: an image and a request go in, records and a reply come out; time, randomness
 * and new identifiers are handed in. May use {@code image} and the generated messages only. Read {@link
 * dev.curia.metadata.decide.Decision} first, then {@link dev.curia.metadata.decide.BrokerDecisions}.
 */
@NullMarked
package dev.curia.metadata.decide;

import org.jspecify.annotations.NullMarked;
