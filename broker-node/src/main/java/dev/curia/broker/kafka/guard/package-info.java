/**
 * What each kind of Kafka request needs to be allowed. Handlers know nothing of it: a {@link dev.curia.broker.kafka.guard.Guard} stands before each,
 * takes what is refused out of the request, and tells of it in the answer. {@link dev.curia.broker.kafka.guard.Guards} is the table; a handler
 * without a guard cannot be served. Only Fetch looks for itself, since what it reads is in its session and not in the request.
 */
@NullMarked
package dev.curia.broker.kafka.guard;

import org.jspecify.annotations.NullMarked;
