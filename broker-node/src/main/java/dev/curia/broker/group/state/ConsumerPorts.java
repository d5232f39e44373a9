package dev.curia.broker.group.state;

import dev.curia.broker.group.state.assign.SubscribableTopics;
import java.util.function.Supplier;

/**
 * What consumer groups need of their surroundings.
 *
 * @param topics those of this moment
 * @param embedded what classic members tell in their protocol
 */
public record ConsumerPorts(
        ConsumerSettings settings, Supplier<SubscribableTopics> topics, RegexPort regexes, EmbeddedProtocol embedded) {}
