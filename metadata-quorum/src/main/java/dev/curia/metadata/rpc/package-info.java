/**
 * The metadata quorum's gRPC services: brokers' sessions and requests, the metadata watch, and administration. Read {@link
 * dev.curia.metadata.rpc.QuorumRpcServer} first.
 */
@NullMarked
package dev.curia.metadata.rpc;

import org.jspecify.annotations.NullMarked;
