package dev.curia.bench.profile;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One function of a call chain, as perf names it. Immutable.
 *
 * @param kernel whether it is the kernel's
 * @param symbol the function's name; of what Java has compiled the whole signature
 * @param object the file that it is of
 */
record Frame(boolean kernel, String symbol, String object) {
    private static final String ADDRESSES = "/tmp/perf-";
    private static final String UNKNOWN = "[unknown]";
    /** A result, and a class with a method: "int java.lang.String.length()". Stubs have no class. */
    private static final Pattern METHOD = Pattern.compile("^\\S+ ([^\\s(]+\\.[^\\s(.]+)\\(");
    /** Classes that are made at run time have an address in their names. */
    private static final Pattern HIDDEN = Pattern.compile("[/+]0x[0-9a-f]+");

    /** What Java made while it ran, compiled or not. */
    boolean isJava() {
        return object.startsWith(ADDRESSES);
    }

    /** Whether it is not even known what part of the process it is. */
    boolean isUnknown() {
        return UNKNOWN.equals(symbol) && (isJava() || !object.startsWith("/"));
    }

    /** With its class and package, of a method that Java has compiled. */
    Optional<String> method() {
        if (kernel || !isJava()) return Optional.empty();
        Matcher matcher = METHOD.matcher(HIDDEN.matcher(symbol).replaceAll(""));
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /** Short, for people. */
    @Override
    public String toString() {
        if (kernel) return symbol + " (kernel)";
        String file = object.substring(object.lastIndexOf('/') + 1);
        return method().map(Frame::withoutPackage)
                .orElseGet(() -> isJava() ? symbol : UNKNOWN.equals(symbol) ? file : symbol + " (" + file + ")");
    }

    private static String withoutPackage(String method) {
        return method.substring(method.lastIndexOf('.', method.lastIndexOf('.') - 1) + 1);
    }
}
