/** Who somebody is, on every port, and what access control says about him. */
@NullMarked
package dev.curia.common.security;

import org.jspecify.annotations.NullMarked;
