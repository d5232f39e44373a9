package dev.curia.log;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows between this module's packages. */
class ArchitectureTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.curia.log", "dev.curia.replica");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.curia.(**)").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void theLogDoesNotKnowReplication() {
        noClasses()
                .that()
                .resideInAPackage("dev.curia.log..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.curia.replica..", "io.grpc..", "io.netty..")
                .check(MAIN);
    }

    @Test
    void kafkaClientsAreUsedForRecordsOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.curia.log.batch")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..")
                .check(MAIN);
    }

    @Test
    void filesAreTouchedThroughThePortOnly() {
        noClasses()
                .that()
                .resideInAPackage("dev.curia.log..")
                .and()
                .resideOutsideOfPackage("dev.curia.log.io")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.file.Files")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.File")
                .check(MAIN);
    }
}
