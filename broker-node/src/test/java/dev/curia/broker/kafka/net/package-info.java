@NullMarked
package dev.curia.broker.kafka.net;

import org.jspecify.annotations.NullMarked;
