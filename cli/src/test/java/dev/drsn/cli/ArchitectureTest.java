package dev.drsn.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may use whom between the modules: cli, trainer, engine, each only what is below it. */
@AnalyzeClasses(packages = "dev.drsn", importOptions = ArchitectureTest.WithoutTests.class)
final class ArchitectureTest {

  /** In the build folders of quick builds too, which ArchUnit's own option does not know. */
  static final class WithoutTests implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/test-classes/");
    }
  }

  @ArchTest
  static final ArchRule MODULES_USE_ONLY_WHAT_IS_BELOW_THEM =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .withOptionalLayers(true)
          .layer("cli")
          .definedBy("dev.drsn.cli..")
          .layer("trainer")
          .definedBy("dev.drsn.trainer..")
          .layer("engine")
          .definedBy("dev.drsn.engine..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("trainer")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("engine")
          .mayOnlyBeAccessedByLayers("cli", "trainer");

  @ArchTest
  static final ArchRule THE_TRAINER_HAS_NO_CYCLES_BETWEEN_PACKAGES =
      slices().matching("dev.drsn.trainer.(*)..").should().beFreeOfCycles().allowEmptyShould(true);

  @ArchTest
  static final ArchRule COMMANDS_LEAVE_NATIVE_LIBRARIES_TO_THE_ENGINE =
      noClasses()
          .that()
          .resideInAnyPackage("dev.drsn.cli..", "dev.drsn.trainer..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.bytedeco..", "jdk.incubator.vector..");

  /** No telemetry, no downloads: results go where their user says, and nothing else goes out. */
  @ArchTest
  static final ArchRule ONLY_SINKS_CALL_OTHER_MACHINES =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.drsn.cli.sink..")
          .and()
          .resideOutsideOfPackage("dev.drsn.bench..")
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.net\\.(http\\..*|Socket|URL|URLConnection|HttpURLConnection|DatagramSocket)"
                  + "|java\\.nio\\.channels\\.(SocketChannel|DatagramChannel)");
}
