/** What the tests of several packages share, and the rules between packages. */
@NullMarked
package dev.curia.metadata;

import org.jspecify.annotations.NullMarked;
