/** What idempotent and transactional producers have written, for duplicate and order checks (KIP-98, KIP-360). Read {@link dev.curia.log.producer.ProducerStates} first. */
@NullMarked
package dev.curia.log.producer;

import org.jspecify.annotations.NullMarked;
