/** What the controller needs of a replicated log; implemented by the Ratis adapter and by a fake in simulations. */
@NullMarked
package dev.curia.metadata.port;

import org.jspecify.annotations.NullMarked;
