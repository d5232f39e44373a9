@NullMarked
package dev.curia.broker.logs;

import org.jspecify.annotations.NullMarked;
