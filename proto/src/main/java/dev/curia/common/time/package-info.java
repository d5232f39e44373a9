/** Time as a constructor argument. */
@NullMarked
package dev.curia.common.time;

import org.jspecify.annotations.NullMarked;
