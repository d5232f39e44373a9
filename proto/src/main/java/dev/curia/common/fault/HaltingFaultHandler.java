package dev.curia.common.fault;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Production's answer to a broken invariant: log it and halt at once, so that a node never half-lives. */
public final class HaltingFaultHandler implements FaultHandler {
    /** The process' exit code after a fault (EX_SOFTWARE of sysexits.h). */
    public static final int EXIT_CODE = 70;

    private static final Logger LOG = LoggerFactory.getLogger(HaltingFaultHandler.class);

    @Override
    public void fatal(String what, Throwable cause) {
        try {
            LOG.error("halting: {}", what, cause);
        } finally {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
