/** Talks gRPC to quorum nodes and brokers: finds the controller and the leaders, retries, explains. Read {@link dev.curia.admin.client.AdminClient} first. */
@NullMarked
package dev.curia.admin.client;

import org.jspecify.annotations.NullMarked;
