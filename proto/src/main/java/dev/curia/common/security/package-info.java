/** Who somebody is, on every port. */
@NullMarked
package dev.curia.common.security;

import org.jspecify.annotations.NullMarked;
