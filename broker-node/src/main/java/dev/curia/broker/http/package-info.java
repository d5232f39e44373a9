/** Metrics and health over HTTP, and whatever site is served beside them. */
@NullMarked
package dev.curia.broker.http;

import org.jspecify.annotations.NullMarked;
