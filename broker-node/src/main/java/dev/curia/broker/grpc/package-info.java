/**
 * The broker's gRPC port: the server itself and the data API on it. Read {@link dev.curia.broker.grpc.DataService} first; replication
 * is served on the same port, but lives with the replicas.
 */
@NullMarked
package dev.curia.broker.grpc;

import org.jspecify.annotations.NullMarked;
