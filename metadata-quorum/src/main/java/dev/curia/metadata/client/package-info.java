/**
 * How brokers and other processes talk to the metadata quorum over gRPC: requests that find the active controller by themselves,
 * a broker's session, and a local copy of the metadata image. Read {@link dev.curia.metadata.client.QuorumClient} first.
 */
@NullMarked
package dev.curia.metadata.client;

import org.jspecify.annotations.NullMarked;
