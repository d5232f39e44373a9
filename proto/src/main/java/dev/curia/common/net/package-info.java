/** Network addresses as settings and messages name them. */
@NullMarked
package dev.curia.common.net;

import org.jspecify.annotations.NullMarked;
