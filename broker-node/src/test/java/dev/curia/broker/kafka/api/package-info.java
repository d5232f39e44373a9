@NullMarked
package dev.curia.broker.kafka.api;

import org.jspecify.annotations.NullMarked;
