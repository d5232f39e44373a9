/** Tests of the broker's gRPC port. */
@NullMarked
package dev.curia.broker.grpc;

import org.jspecify.annotations.NullMarked;
