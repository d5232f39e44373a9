/** Identifiers shared by all modules: immutable values without behaviour. */
@NullMarked
package dev.curia.common.id;

import org.jspecify.annotations.NullMarked;
