/** The cluster's metadata as an immutable, structurally shared value. Pure. */
@NullMarked
package dev.curia.metadata.image;

import org.jspecify.annotations.NullMarked;
