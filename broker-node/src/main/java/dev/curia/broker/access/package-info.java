/** Access control as this process is configured: its settings, and where refusals are told. */
@NullMarked
package dev.curia.broker.access;

import org.jspecify.annotations.NullMarked;
