/**
 * What the machine takes at least for what a broker has to do: bare threads, sockets and files, that check nothing and keep nothing else. Read
 * {@link dev.curia.bench.floor.Floor} first.
 */
@NullMarked
package dev.curia.bench.floor;

import org.jspecify.annotations.NullMarked;
