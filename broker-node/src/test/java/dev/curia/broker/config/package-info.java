@NullMarked
package dev.curia.broker.config;

import org.jspecify.annotations.NullMarked;
