@NullMarked
package dev.curia.broker.security;

import org.jspecify.annotations.NullMarked;
