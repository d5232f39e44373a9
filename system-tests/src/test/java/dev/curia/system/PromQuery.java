package dev.curia.system;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which series and labels a query of Prometheus names. Only as much of a parser as that takes: what is no query at all promtool finds. Immutable.
 *
 * @param selectors in the order of the query
 * @param groupings labels of {@code by}, {@code without}, {@code on} and the like
 */
record PromQuery(List<Selector> selectors, Set<String> groupings) {
    private static final Pattern TOKEN = Pattern.compile(
            "\"(?:[^\"\\\\]|\\\\.)*\"|[a-zA-Z_:][a-zA-Z0-9_:]*|[0-9.]+[a-zA-Z0-9.]*|=~|!~|!=|==|>=|<=|[^\\s]");
    private static final Set<String> LISTS = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset", "Inf", "NaN");

    /** @param matchers values by label, as written and without quotes */
    record Selector(String name, Map<String, String> matchers) {}

    static PromQuery parse(String query) {
        return new Parser(query).parse();
    }

    private static final class Parser {
        private final String query;
        private final List<String> tokens = new ArrayList<>();
        private final List<Selector> selectors = new ArrayList<>();
        private final Set<String> groupings = new LinkedHashSet<>();
        private int at;

        Parser(String query) {
            this.query = query;
            for (Matcher token = TOKEN.matcher(query); token.find(); ) tokens.add(token.group());
        }

        PromQuery parse() {
            while (at < tokens.size()) {
                String token = tokens.get(at++);
                if (token.equals("[")) skipRange();
                else if (LISTS.contains(token)) labels();
                else if (isName(token)) selector(token);
            }
            return new PromQuery(List.copyOf(selectors), Set.copyOf(groupings));
        }

        /** Of a series: what is followed by a parenthesis, or a list of labels, is a function. */
        private boolean isName(String token) {
            boolean word = Character.isLetter(token.charAt(0)) && !WORDS.contains(token);
            return word && !peek("(") && !(at < tokens.size() && LISTS.contains(tokens.get(at)));
        }

        private boolean peek(String token) {
            return at < tokens.size() && tokens.get(at).equals(token);
        }

        private void skipRange() {
            while (!next().equals("]")) {}
        }

        private void labels() {
            if (!peek("(")) return;
            at++;
            for (String token = next(); !token.equals(")"); token = next()) {
                if (!token.equals(",")) groupings.add(token);
            }
        }

        private void selector(String name) {
            Map<String, String> matchers = new LinkedHashMap<>();
            if (peek("{")) {
                at++;
                for (String label = next(); !label.equals("}"); label = next()) {
                    if (label.equals(",")) continue;
                    next(); // the operator
                    String value = next();
                    matchers.put(label, value.substring(1, value.length() - 1));
                }
            }
            selectors.add(new Selector(name, Map.copyOf(matchers)));
        }

        private String next() {
            if (at >= tokens.size()) throw new AssertionError("a query ends too early: " + query);
            return tokens.get(at++);
        }
    }
}
