/** What a broker's other parts see of its replicas. Read {@link dev.curia.replica.Replica} first. */
@NullMarked
package dev.curia.replica;

import org.jspecify.annotations.NullMarked;
