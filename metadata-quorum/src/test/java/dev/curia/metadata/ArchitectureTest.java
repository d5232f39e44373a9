package dev.curia.metadata;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The rules of this module's packages. */
final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.curia.metadata");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.curia.metadata.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void imageAndDecisionsArePure() {
        noClasses()
                .that()
                .resideInAnyPackage("..metadata.image..", "..metadata.decide..", "..metadata.acl..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "java.io..",
                        "java.nio..",
                        "java.net..",
                        "java.util.concurrent..",
                        "io.grpc..",
                        "org.apache.ratis..",
                        "org.rocksdb..",
                        "org.slf4j.."))
                .check(CLASSES);
    }

    @Test
    void ratisStaysInItsPackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..metadata.ratis..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.apache.ratis.."))
                .check(CLASSES);
    }

    @Test
    void rocksDbStaysInItsPackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..metadata.rocksdb..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.rocksdb.."))
                .check(CLASSES);
    }

    @Test
    void thePortKnowsNoAdapter() {
        noClasses()
                .that()
                .resideInAnyPackage("..metadata.port..", "..metadata.controller..", "..metadata.decide..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "..metadata.rpc..", "..metadata.client..", "..metadata.ratis..", "..metadata.rocksdb.."))
                .check(CLASSES);
    }
}
