/** Which leader epoch wrote which offsets (KIP-101, KIP-279). Read {@link dev.curia.log.epoch.EpochHistory} first. */
@NullMarked
package dev.curia.log.epoch;

import org.jspecify.annotations.NullMarked;
