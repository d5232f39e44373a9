package dev.curia.system;

import dev.curia.system.CompatibilityPage.Row;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestWatcher;

/** With {@code -Ddocs.write=true}: notes in docs/compatibility.md how a test that {@link Shows} something went. */
final class CompatibilityRecorder implements TestWatcher {
    private static final Namespace NAMESPACE = Namespace.create(CompatibilityRecorder.class);

    @Override
    public void testSuccessful(ExtensionContext context) {
        record(context, Row.WORKS);
    }

    @Override
    public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
        record(context, "fails");
    }

    @Override
    public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
        record(
                context,
                Row.SKIPPED
                        + String.valueOf(cause == null ? "" : cause.getMessage())
                                .lines()
                                .findFirst()
                                .orElse(""));
    }

    /** Of several runs with different arguments the first that did not go well counts. */
    private static void record(ExtensionContext context, String result) {
        Shows shown = context.getRequiredTestMethod().getAnnotation(Shows.class);
        if (shown == null || !Boolean.getBoolean("docs.write")) return;
        String key = shown.client() + " " + shown.value();
        var results = context.getRoot().getStore(NAMESPACE);
        String before = Optional.ofNullable(results.get(key, String.class)).orElse(Row.WORKS);
        String counts = before.equals(Row.WORKS) ? result : before;
        results.put(key, counts);
        CompatibilityPage.update(page -> page.with(Row.of(context.getRequiredTestMethod(), counts)));
    }
}
