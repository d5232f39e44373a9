package dev.curia.bench.profile;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what {@code perf script -F comm,tid,ip,sym,dso} prints: for each sample a line of its thread, and then one of each function, indented. Samples
 * are separated by empty lines. Stateless.
 */
final class Script {
    private static final Pattern THREAD = Pattern.compile("^\\s*(.*\\S)\\s+\\d+\\s*$");
    private static final Pattern FUNCTION =
            Pattern.compile("^\\s+([0-9a-f]+) (.*) \\((?!deleted)(.*?)(?: \\(deleted\\))?\\)$");
    private static final String KERNEL = "ffff";
    private static final int ADDRESS_DIGITS = 16;

    private Script() {}

    /** Sample after sample, since there are too many to keep. */
    static void read(BufferedReader lines, Consumer<Sample> samples) throws IOException {
        String thread = "";
        List<Frame> chain = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher function = FUNCTION.matcher(line);
            if (function.matches()) {
                chain.add(new Frame(isKernel(function.group(1)), function.group(2), function.group(3)));
                continue;
            }
            Matcher named = THREAD.matcher(line);
            boolean isThread = named.matches();
            // Some have no chain, and no empty line either.
            if (!thread.isEmpty()) samples.accept(new Sample(thread, chain));
            chain = new ArrayList<>();
            thread = isThread ? named.group(1) : "";
        }
        if (!thread.isEmpty()) samples.accept(new Sample(thread, chain));
    }

    /** The upper half of all addresses is the kernel's. */
    private static boolean isKernel(String address) {
        return address.length() == ADDRESS_DIGITS && address.startsWith(KERNEL);
    }
}
