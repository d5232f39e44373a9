@NullMarked
package dev.curia.broker.http;

import org.jspecify.annotations.NullMarked;
