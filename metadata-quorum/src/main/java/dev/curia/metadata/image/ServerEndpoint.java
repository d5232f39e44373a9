package dev.curia.metadata.image;

/** An advertised address. Immutable. {@code securityProtocol} is Kafka's name: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL. */
public record ServerEndpoint(String listener, String host, int port, String securityProtocol) {}
