/**
 * Who clients are: logging in by SASL, TLS and its certificates, and the settings of both. Knows neither sockets nor requests. Read
 * {@link dev.curia.broker.security.SaslDialogue} first.
 */
@NullMarked
package dev.curia.broker.security;

import org.jspecify.annotations.NullMarked;
