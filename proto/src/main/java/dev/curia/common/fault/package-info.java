/** What to do when an invariant is broken. */
@NullMarked
package dev.curia.common.fault;

import org.jspecify.annotations.NullMarked;
