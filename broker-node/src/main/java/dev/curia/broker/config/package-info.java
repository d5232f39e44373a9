/** What a server process is told: keys, values, and the errors about them. Read {@link dev.curia.broker.config.ServerKeys} first. */
@NullMarked
package dev.curia.broker.config;

import org.jspecify.annotations.NullMarked;
