/**
 * The web console: its JSON API and its pages. It only reads, and what it tells of the cluster it asks through {@link
 * dev.curia.broker.console.ClusterReads}, as the {@code curia} command does. Start with {@link dev.curia.broker.console.Console}.
 */
@NullMarked
package dev.curia.broker.console;

import org.jspecify.annotations.NullMarked;
