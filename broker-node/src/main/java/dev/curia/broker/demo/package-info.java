/** Shows a newcomer that the broker works, with the client that everybody has. */
@NullMarked
package dev.curia.broker.demo;

import org.jspecify.annotations.NullMarked;
