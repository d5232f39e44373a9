package dev.curia.broker.console;

/** What is answered instead: an HTTP status, and for people what was wrong. */
public final class ConsoleException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    public ConsoleException(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }

    /** The cluster, or the part that is needed, does not answer. */
    public static ConsoleException unavailable(String message) {
        return new ConsoleException(503, message);
    }

    /** @param lacks what ACLs would have to allow, as {@code Describe on the cluster} */
    public static ConsoleException refused(String lacks) {
        return new ConsoleException(
                403,
                "ACLs refuse it: the console asks as User:ANONYMOUS, who would need " + lacks
                        + " ('curia acls add' allows it)");
    }

    static ConsoleException badRequest(String message) {
        return new ConsoleException(400, message);
    }

    static ConsoleException notFound(String message) {
        return new ConsoleException(404, message);
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
