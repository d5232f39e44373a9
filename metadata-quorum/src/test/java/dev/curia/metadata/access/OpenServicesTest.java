package dev.curia.metadata.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.curia.proto.metadata.v1.ControllerGrpc;
import dev.curia.proto.metadata.v1.MetadataGrpc;
import dev.curia.proto.replication.v1.ReplicationGrpc;
import dev.curia.proto.transaction.v1.TransactionsGrpc;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each service is either asked by clients, and checks what they may, or by nodes alone. */
final class OpenServicesTest {
    private static final Set<String> OF_NODES = Set.of(
            ControllerGrpc.SERVICE_NAME,
            MetadataGrpc.SERVICE_NAME, // hashed passwords are metadata, too
            ReplicationGrpc.SERVICE_NAME,
            TransactionsGrpc.SERVICE_NAME);

    @Test
    void everyServiceIsOfOneKind() {
        Set<String> known = new TreeSet<>(OpenServices.NAMES);
        known.addAll(OF_NODES);
        Set<String> all = new ClassFileImporter()
                .importPackages("dev.curia.proto").stream()
                        .filter(each -> each.tryGetField("SERVICE_NAME").isPresent())
                        .map(each -> serviceName(each.reflect()))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(all).isEqualTo(known);
        assertThat(OpenServices.NAMES).doesNotContainAnyElementsOf(OF_NODES);
    }

    private static String serviceName(Class<?> generated) {
        try {
            return String.valueOf(generated.getField("SERVICE_NAME").get(null));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("SERVICE_NAME of " + generated.getName(), e);
        }
    }
}
