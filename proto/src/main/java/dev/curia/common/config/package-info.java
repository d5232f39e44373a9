/** Settings as values: every key carries its name, default, meaning and reader. */
@NullMarked
package dev.curia.common.config;

import org.jspecify.annotations.NullMarked;
