@NullMarked
package dev.curia.broker.bridge;

import org.jspecify.annotations.NullMarked;
