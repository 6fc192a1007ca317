package dev.drsn.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may use what inside the engine, as docs/architecture.md has it. */
@AnalyzeClasses(packages = "dev.drsn.engine", importOptions = ArchitectureTest.WithoutTests.class)
final class ArchitectureTest {

  /** In the build folders of quick builds too, which ArchUnit's own option does not know. */
  static final class WithoutTests implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/");
    }
  }

  @ArchTest
  static final ArchRule NATIVE_LIBRARIES_STAY_IN_FOUR_PACKAGES =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.drsn.engine.cuda..",
              "dev.drsn.engine.image..",
              "dev.drsn.engine.feature..",
              "dev.drsn.engine.stream..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..");

  @ArchTest
  static final ArchRule VECTOR_API_STAYS_ON_THE_CPU =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.drsn.engine.cpu..", "dev.drsn.engine.feature..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator.vector..");

  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices().matching("dev.drsn.engine.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule THE_ENGINE_KNOWS_NOTHING_ABOVE_IT =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.drsn.trainer..", "dev.drsn.cli..", "dev.drsn.bench..");
}
