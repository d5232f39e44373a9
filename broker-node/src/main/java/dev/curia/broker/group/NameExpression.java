package dev.curia.broker.group;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A subscription to topics by expression (KIP-848), or a choice of transactional ids (KIP-1152): RE2's syntax, matched against whole names, at
 * bounded cost. What RE2 doesn't have is refused, since the client and other brokers couldn't run it: look-around, back references,
 * possessive and atomic groups. An expression whose match against one name takes more than {@link #MAX_STEPS} doesn't match that name.
 * Immutable, thread-safe.
 */
public final class NameExpression {
    static final int MAX_LENGTH = 2_000;
    static final int MAX_DEPTH = 50;
    /** Characters looked at for one name; that of a topic has at most 249. */
    static final int MAX_STEPS = 20_000;

    private final Pattern pattern;

    private NameExpression(Pattern pattern) {
        this.pattern = pattern;
    }

    /** @throws IllegalArgumentException says what is wrong with it */
    public static NameExpression of(String expression) {
        if (expression.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "it has " + expression.length() + " characters, at most " + MAX_LENGTH + " are served");
        }
        try {
            return new NameExpression(Pattern.compile(new Translation(expression).run()));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(e.getDescription() + " near index " + e.getIndex(), e);
        }
    }

    public boolean matches(String name) {
        try {
            return pattern.matcher(new Counted(name, 0, name.length(), new AtomicInteger()))
                    .matches();
        } catch (TooCostly e) {
            return false;
        }
    }

    private static final class TooCostly extends RuntimeException {
        TooCostly() {
            super("", null, false, false);
        }
    }

    /** Text that may be looked at only so often. */
    private record Counted(String text, int from, int to, AtomicInteger steps) implements CharSequence {
        @Override
        public int length() {
            return to - from;
        }

        @Override
        public char charAt(int index) {
            if (steps.incrementAndGet() > MAX_STEPS) throw new TooCostly();
            return text.charAt(from + index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text, from + start, from + end, steps);
        }

        @Override
        public String toString() {
            return text.substring(from, to);
        }
    }

    /** RE2's syntax in Java's, which is a superset but for what is handled here. */
    private static final class Translation {
        private final String in;
        private final StringBuilder out = new StringBuilder();
        private int at;
        private int depth;
        private boolean afterQuantifier;

        Translation(String in) {
            this.in = in;
        }

        String run() {
            while (at < in.length()) {
                char c = in.charAt(at);
                switch (c) {
                    case '\\' -> escape();
                    case '[' -> characterClass();
                    case '(' -> open();
                    case ')' -> {
                        depth--;
                        plain(c);
                    }
                    case '*', '+', '?' -> quantifier(c);
                    case '}' -> {
                        plain(c);
                        afterQuantifier = true;
                    }
                    default -> plain(c);
                }
            }
            return out.toString();
        }

        private void plain(char c) {
            out.append(c);
            at++;
            afterQuantifier = false;
        }

        private void quantifier(char c) {
            if (afterQuantifier && c != '?') throw unsupported("a quantifier of a quantifier");
            // A question mark behind a quantifier makes it reluctant; nothing may follow that.
            out.append(c);
            at++;
            afterQuantifier = true;
        }

        private void open() {
            if (++depth > MAX_DEPTH) throw unsupported("more than " + MAX_DEPTH + " groups within each other");
            afterQuantifier = false;
            if (!in.startsWith("(?", at)) {
                out.append('(');
                at++;
            } else if (in.startsWith("(?P<", at)) {
                out.append("(?<");
                at += 4;
            } else if (in.startsWith("(?=", at)
                    || in.startsWith("(?!", at)
                    || in.startsWith("(?<=", at)
                    || in.startsWith("(?<!", at)
                    || in.startsWith("(?>", at)) {
                throw unsupported("look-around or an atomic group");
            } else {
                out.append("(?");
                at += 2;
            }
        }

        private void escape() {
            if (at + 1 >= in.length()) throw unsupported("a backslash at the end");
            char next = in.charAt(at + 1);
            if ((next >= '1' && next <= '9') || next == 'k') throw unsupported("a back reference");
            if (next == 'G' || next == 'R' || next == 'X' || next == 'Z') throw unsupported("\\" + next);
            if (next == 'Q') {
                int end = in.indexOf("\\E", at + 2);
                int stop = end < 0 ? in.length() : end;
                for (int i = at + 2; i < stop; i++) literal(in.charAt(i));
                at = end < 0 ? stop : end + 2;
            } else {
                out.append('\\').append(next);
                at += 2;
            }
            afterQuantifier = false;
        }

        private void literal(char c) {
            if (!Character.isLetterOrDigit(c) && c != '_' && c < 128) out.append('\\');
            out.append(c);
        }

        /** In RE2 a class has no classes in it but the POSIX ones, and && is nothing special. */
        private void characterClass() {
            afterQuantifier = false;
            out.append('[');
            at++;
            if (at < in.length() && in.charAt(at) == '^') {
                out.append('^');
                at++;
            }
            for (boolean first = true; at < in.length(); first = false) {
                char c = in.charAt(at);
                if (c == ']' && !first) {
                    out.append(']');
                    at++;
                    return;
                }
                if (c == '\\') escape();
                else if (in.startsWith("[:", at)) posixClass();
                else {
                    if (c == '[' || c == '&' || c == ']') out.append('\\');
                    out.append(c);
                    at++;
                }
            }
            throw unsupported("a class without its end");
        }

        private void posixClass() {
            int end = in.indexOf(":]", at);
            if (end < 0) throw unsupported("a class without its end");
            String name = in.substring(at + 2, end);
            boolean not = name.startsWith("^");
            out.append(not ? "\\P{" : "\\p{")
                    .append(java(not ? name.substring(1) : name))
                    .append('}');
            at = end + 2;
        }

        private String java(String name) {
            return switch (name) {
                case "alnum" -> "Alnum";
                case "alpha" -> "Alpha";
                case "ascii" -> "ASCII";
                case "blank" -> "Blank";
                case "cntrl" -> "Cntrl";
                case "digit" -> "Digit";
                case "graph" -> "Graph";
                case "lower" -> "Lower";
                case "print" -> "Print";
                case "punct" -> "Punct";
                case "space" -> "Space";
                case "upper" -> "Upper";
                case "xdigit" -> "XDigit";
                default -> throw unsupported("the class " + name);
            };
        }

        private IllegalArgumentException unsupported(String what) {
            return new IllegalArgumentException(what + " is not supported, at index " + at);
        }
    }
}
