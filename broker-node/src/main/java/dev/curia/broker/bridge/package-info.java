/**
 * Joins the metadata quorum and the partition replicas, which know nothing of each other: new metadata becomes assignments of replicas,
 * and what replicas and handlers want changed becomes requests to the quorum. Read {@link dev.curia.broker.bridge.MetadataBridge} first.
 */
@NullMarked
package dev.curia.broker.bridge;

import org.jspecify.annotations.NullMarked;
