/** A metadata log in memory, for the tests of everything above it. */
@NullMarked
package dev.curia.metadata.access;

import org.jspecify.annotations.NullMarked;
