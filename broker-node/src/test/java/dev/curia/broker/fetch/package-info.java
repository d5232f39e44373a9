@NullMarked
package dev.curia.broker.fetch;

import org.jspecify.annotations.NullMarked;
