/** The quorum's operations, tested without a quorum. */
@NullMarked
package dev.curia.metadata.quorum;

import org.jspecify.annotations.NullMarked;
