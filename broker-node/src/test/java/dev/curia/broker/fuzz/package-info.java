/** Requests that no correct client sends, to a whole node in this process. */
@NullMarked
package dev.curia.broker.fuzz;

import org.jspecify.annotations.NullMarked;
