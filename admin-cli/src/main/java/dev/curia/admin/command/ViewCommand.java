package dev.curia.admin.command;

import java.time.Duration;
import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** A command that only shows something, once or again and again. */
abstract class ViewCommand extends AdminCommand {
    @Option(
            names = "--watch",
            arity = "0..1",
            fallbackValue = "2",
            preprocessor = OnlyAttached.class,
            paramLabel = "SECONDS",
            description = "Show it anew every 2 seconds, or every so many (--watch=5), until Ctrl-C.")
    private @Nullable Double seconds;

    ViewCommand(CuriaCommand curia) {
        super(curia);
    }

    @Override
    public final Integer call() throws Exception {
        if (seconds == null) return super.call();
        if (!(seconds >= 0.1 && seconds <= 86_400))
            throw curia.usage("Invalid value for option '--watch': expected 0.1 to 86400 seconds.");
        return new Watch(curia, Duration.ofNanos((long) (seconds * 1e9))).run(super::call);
    }

    /** What follows after a space is the command's own: only {@code --watch=N} gives an interval. */
    static final class OnlyAttached implements IParameterPreprocessor {
        @Override
        @SuppressWarnings("JdkObsolete") // picocli's
        public boolean preprocess(
                Stack<String> arguments, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            if (" ".equals(info.get("separator"))) arguments.push(((OptionSpec) option).fallbackValue());
            return false;
        }
    }
}
