/** Network addresses as settings and messages name them, and replies of calls. */
@NullMarked
package dev.curia.common.net;

import org.jspecify.annotations.NullMarked;
