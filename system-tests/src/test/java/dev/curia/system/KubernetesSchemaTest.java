package dev.curia.system;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No document of {@code deploy/kubernetes} has a field that Kubernetes does not know, or one of another type. */
@Tag("slow")
class KubernetesSchemaTest {
    @TempDir
    Path directory;

    @Test
    void everyDocumentIsAsKubernetesSchemaHasIt() throws Exception {
        Path dev = Files.writeString(directory.resolve("dev.yaml"), KubernetesManifestsTest.rendered("overlays/dev"));
        Path production = Files.writeString(
                directory.resolve("production.yaml"),
                KubernetesManifestsTest.rendered("overlays/production-node-ports"));

        NodeProgram.of("kubernetes-schema").run("check.js", dev.toString(), production.toString());
    }
}
