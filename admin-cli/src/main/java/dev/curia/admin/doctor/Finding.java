package dev.curia.admin.doctor;

/**
 * What was found of one thing. Immutable.
 *
 * @param why it matters
 * @param remedy what to do about it
 */
public record Finding(String check, Verdict verdict, String found, String wanted, String why, String remedy) {
    /** How it is. */
    public enum Verdict {
        OK,
        /** It works, but not as well or as safely as it could. */
        WARN,
        /** It will not work, or not for long. */
        FAIL,
        /** The machine does not say. */
        UNKNOWN
    }
}
