package dev.curia.broker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A page in docs/ that the code writes. A stale page fails the build; {@code -Ddocs.write=true} writes it anew. */
final class ReferencePage {
    private ReferencePage() {}

    static void check(String file, String content) throws IOException {
        Path page = Path.of("..", "docs", file);
        if (Boolean.getBoolean("docs.write")) Files.writeString(page, content);
        assertThat(page)
                .as("stale: mvn test -pl broker-node -am -Ddocs.write=true writes it anew")
                .exists();
        assertThat(Files.readString(page))
                .as("docs/%s is stale: mvn test -pl broker-node -am -Ddocs.write=true writes it anew", file)
                .isEqualTo(content);
    }

    static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }
}
