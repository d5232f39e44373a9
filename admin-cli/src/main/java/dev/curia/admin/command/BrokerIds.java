package dev.curia.admin.command;

import java.util.List;
import java.util.stream.Stream;

/** Brokers as people write them: 1,2,3. Stateless. */
final class BrokerIds {
    private BrokerIds() {}

    /** Ends the command with an explanation when the text is something else. */
    static List<Integer> parse(CuriaCommand curia, String option, String text) {
        try {
            return Stream.of(text.split(",", -1))
                    .map(String::strip)
                    .map(Integer::valueOf)
                    .toList();
        } catch (NumberFormatException e) {
            throw curia.usage("Invalid value '" + text + "' for " + option + ": expected broker ids as 1,2,3.");
        }
    }
}
