@NullMarked
package dev.curia.broker.tool;

import org.jspecify.annotations.NullMarked;
