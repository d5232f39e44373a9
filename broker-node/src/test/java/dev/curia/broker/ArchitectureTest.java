package dev.curia.broker;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The house rules on who may know whom, over all modules of the server. */
class ArchitectureTest {
    private static JavaClasses product;

    @BeforeAll
    static void read() {
        product = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .withImportOption(location -> !location.contains("-tests.jar")) // what other modules test with
                .importPackages("dev.curia");
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(product);
    }

    @Test
    void metadataAndReplicasDoNotKnowEachOther() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.curia.metadata..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.curia.log..", "dev.curia.replica..", "dev.curia.broker.."));
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.curia.log..", "dev.curia.replica..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.curia.metadata..", "dev.curia.broker.."));
    }

    @Test
    void theLogKnowsNoReplication() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.curia.log..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.curia.replica.."));
    }

    @Test
    void whatAllShareKnowsNobody() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.curia.common..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.curia..")
                        .and(com.tngtech.archunit.base.DescribedPredicate.not(
                                resideInAnyPackage("dev.curia.common..")))));
    }

    @Test
    void noPackagesOfTheBrokerDependOnEachOtherInACircle() {
        slices().matching("dev.curia.broker.(**)").should().beFreeOfCycles().check(product);
    }

    @Test
    void noModulesDependOnEachOtherInACircle() {
        slices().matching("dev.curia.(*)..").should().beFreeOfCycles().check(product);
    }

    @Test
    void thirdPartiesStayInTheirRooms() {
        confine("org.apache.ratis..", "dev.curia.metadata.ratis..");
        confine("org.rocksdb..", "dev.curia.metadata.rocksdb..");
        confine(
                "io.netty..",
                "dev.curia.broker.kafka.net..",
                "dev.curia.broker.http..",
                "dev.curia..grpc..",
                "dev.curia..rpc..");
        confine(
                "org.apache.kafka..",
                "dev.curia.log.batch..",
                "dev.curia.broker.kafka..",
                "dev.curia.broker.fetch..",
                "dev.curia.broker.group..",
                "dev.curia.broker.coordinator..",
                "dev.curia.broker.txn..",
                "dev.curia.broker.security..",
                // These know only its error codes and exceptions; the demonstration is a Kafka client itself.
                "dev.curia.broker.bridge..",
                "dev.curia.broker.grpc..",
                "dev.curia.broker.demo..");
    }

    private static void confine(String library, String... rooms) {
        check(noClasses()
                .that()
                .resideInAPackage("dev.curia..")
                .and()
                .resideOutsideOfPackages(rooms)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library));
    }

    @Test
    void theImageAndTheDecisionsArePure() {
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.curia.metadata.image..", "dev.curia..decide..", "dev.curia..state..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io..",
                        "java.nio.file..",
                        "java.nio.channels..",
                        "java.net..",
                        "java.util.concurrent..",
                        "io.grpc..",
                        "io.netty..",
                        "org.apache.ratis..",
                        "org.rocksdb..",
                        "org.slf4j.."));
    }
}
