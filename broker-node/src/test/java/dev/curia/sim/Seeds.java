package dev.curia.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import org.slf4j.LoggerFactory;

/** Runs seeds and tells what came of them. */
final class Seeds {
    static final Parts REAL = new Parts() {};
    static final Logger OUT = (Logger) LoggerFactory.getLogger(Seeds.class);
    private static final Logger ROOT = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private static final Level BEFORE = ROOT.getLevel();
    private static final int SAY_EVERY = 100;

    private Seeds() {}

    /** Thousands of simulated lives log more than anybody reads. */
    static void quiet() {
        ROOT.setLevel(Boolean.getBoolean("sim.log") ? Level.DEBUG : Level.OFF);
        OUT.setLevel(Level.INFO);
        String file = System.getProperty("sim.out");
        if (file != null) ROOT.addAppender(to(file));
    }

    /** What tests print is shown when they end; for thousands of seeds that is too late. */
    private static FileAppender<ILoggingEvent> to(String file) {
        PatternLayoutEncoder lines = new PatternLayoutEncoder();
        lines.setContext(OUT.getLoggerContext());
        lines.setPattern("%msg%n");
        lines.start();
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setContext(OUT.getLoggerContext());
        appender.setFile(file);
        appender.setEncoder(lines);
        appender.start();
        return appender;
    }

    static void asBefore() {
        ROOT.setLevel(BEFORE);
    }

    /** Fails unless all pass, and names those that do not. */
    static void run(long first, long count) {
        Sum sum = new Sum();
        for (long seed = first; seed < first + count; seed++) {
            sum.add(new Simulation(seed, false, true, REAL).run());
            boolean last = seed == first + count - 1;
            if (last || (seed - first + 1) % SAY_EVERY == 0) OUT.info("{}", sum);
        }
        assertThat(sum.failures.toString()).isEmpty();
    }

    /** Runs one and prints all that happened. */
    static void show(long seed) {
        Simulation.Result result = new Simulation(seed, true, true, REAL).run();
        OUT.info(String.join("\n", result.trace()));
        OUT.info(result.describe() + ", digest " + result.digest());
        assertThat(result.ok()).as(result.describe()).isTrue();
    }

    static String report(Simulation.Result result) {
        return String.join("\n", result.trace()) + "\n" + result.describe();
    }

    private static final class Sum {
        final StringBuilder failures = new StringBuilder();
        long seeds;
        long events;
        long nanos;
        long acknowledged;
        int excused;
        int failed;

        void add(Simulation.Result result) {
            seeds++;
            events += result.events();
            nanos += result.virtualNanos();
            acknowledged += result.acknowledged();
            excused += result.excused();
            if (result.ok()) return;
            failed++;
            OUT.info(report(result));
            failures.append("\nseed ")
                    .append(result.seed())
                    .append(": ")
                    .append(result.violations().get(0));
        }

        @Override
        public String toString() {
            double hours = nanos / (3600.0 * World.SECONDS);
            return seeds + " seeds, " + events + " events, " + Math.round(hours * 10) / 10.0 + " virtual hours, "
                    + acknowledged + " records acknowledged, " + excused + " partitions excused, " + failed + " failed";
        }
    }
}
