@NullMarked
package dev.curia.broker;

import org.jspecify.annotations.NullMarked;
