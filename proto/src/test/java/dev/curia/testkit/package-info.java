/** Helpers for the tests of all modules: virtual clocks, waiting with a deadline, property runner. */
@NullMarked
package dev.curia.testkit;

import org.jspecify.annotations.NullMarked;
