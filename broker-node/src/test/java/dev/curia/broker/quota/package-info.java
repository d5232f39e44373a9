/** Tests of client quotas. */
@NullMarked
package dev.curia.broker.quota;

import org.jspecify.annotations.NullMarked;
