/** Who calls over gRPC, and what he may do: what an authenticating interceptor and the services meet in. */
@NullMarked
package dev.curia.metadata.access;

import org.jspecify.annotations.NullMarked;
