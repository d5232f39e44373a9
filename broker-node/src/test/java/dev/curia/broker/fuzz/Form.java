package dev.curia.broker.fuzz;

import org.apache.kafka.common.protocol.ApiKeys;

/** A kind of request in one version. */
record Form(ApiKeys api, short version) {
    @Override
    public String toString() {
        return api.name + " " + version;
    }
}
