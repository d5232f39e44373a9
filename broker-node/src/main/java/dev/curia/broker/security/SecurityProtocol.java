package dev.curia.broker.security;

/** How a listener is talked to. Names are Kafka's. */
public enum SecurityProtocol {
    PLAINTEXT(false, false),
    SSL(true, false),
    SASL_PLAINTEXT(false, true),
    SASL_SSL(true, true);

    private final boolean tls;
    private final boolean sasl;

    SecurityProtocol(boolean tls, boolean sasl) {
        this.tls = tls;
        this.sasl = sasl;
    }

    /** Whether the connection is encrypted. */
    public boolean tls() {
        return tls;
    }

    /** Whether clients log in by SASL. */
    public boolean sasl() {
        return sasl;
    }
}
