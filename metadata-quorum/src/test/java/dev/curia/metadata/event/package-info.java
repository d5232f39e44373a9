/** Tests of the journal of events. */
@NullMarked
package dev.curia.metadata.event;

import org.jspecify.annotations.NullMarked;
