package dev.curia.system;

import dev.curia.common.time.SystemClock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Begins no test class after the time in the system property {@code tests.until}, in seconds since 1970: where a run is bounded, a slow machine
 * leaves the last ones out, and they count as skipped. Registered for all tests of this module in {@code META-INF/services}.
 */
public final class TimeLeft implements ExecutionCondition {
    private static final String UNTIL = "tests.until";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getTestMethod().isPresent()
                ? ConditionEvaluationResult.enabled("its class has begun")
                : evaluate(Instant.ofEpochMilli(new SystemClock().wallMillis()), System.getProperty(UNTIL));
    }

    static ConditionEvaluationResult evaluate(Instant now, @Nullable String until) {
        if (until == null) return ConditionEvaluationResult.enabled("there is no end");
        Instant end = Instant.ofEpochSecond(Long.parseLong(until));
        return now.isBefore(end)
                ? ConditionEvaluationResult.enabled("there is time until " + end)
                : ConditionEvaluationResult.disabled("no test begins after " + end + ", see " + UNTIL);
    }
}
