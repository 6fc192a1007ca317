package dev.drsn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher script in a folder of its own, with a Java that prints its arguments and a Maven
 * that makes empty jars.
 */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "drsn").toAbsolutePath().normalize();

  @TempDir private Path folder;
  private Path home;
  private Path java;
  private Path tools;

  @BeforeEach
  void layOut() throws IOException {
    home = Files.createDirectories(folder.resolve("a home"));
    Files.copy(LAUNCHER, home.resolve("drsn"));
    source("// first");
    java = folder.resolve("jdk");
    script(java.resolve("bin/java"), "printf '<%s>' \"$@\"; printf ' in %s' \"$PWD\"");
    Files.writeString(java.resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
    tools = folder.resolve("tools");
    script(
        tools.resolve("mvn"),
        "echo \"$JAVA25_HOME\" >> ../mvn-calls",
        "[[ $* =~ -pl\\ ([a-z]+) ]] && module=${BASH_REMATCH[1]}",
        "mkdir -p $module/target/quick/lib",
        "touch $module/target/quick/lib/picocli.jar $module/target/quick/drsn-$module-1.jar");
  }

  @Test
  void buildsOnceAndThenOnlyAfterAChange() throws IOException {
    assertThat(drsn().err()).contains("building for the first time").contains("built in");
    assertThat(home.resolve("target/drsn")).isDirectoryContaining("glob:**picocli.jar");
    assertThat(home.resolve("target/drsn")).isDirectoryContaining("glob:**drsn-cli-1.jar");
    assertThat(drsn().err()).isEmpty();
    Files.setLastModifiedTime(source("// second"), FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(drsn().err()).contains("sources have changed");
    assertThat(folder.resolve("mvn-calls")).hasContent(java + "\n" + java);
  }

  @Test
  void theBuildKeepsWhatJavaFindsOutAboutClasses() throws IOException {
    script(
        java.resolve("bin/java"),
        "printf '<%s>' \"$@\"",
        "for each; do",
        "[[ $each != *AOTCacheOutput=* ]] || touch \"${each#*=}\"",
        "[[ $each != *.bmp ]] || wc -c <\"$each\"",
        "done");
    assertThat(run(Map.of(), home.resolve("drsn").toString(), "info").out())
        .startsWith("<--add-modules>")
        .contains("<-XX:AOTCache=" + home.toRealPath() + "/target/drsn/classes.aot>")
        .endsWith("<info>");
    assertThat(home.resolve("target/drsn-build.log"))
        .content()
        .contains("<-cp><" + home.toRealPath() + "/target/drsn/*>", "<classify>")
        // Headers and pixels of 96 x 96 and 48 x 48.
        .contains(54 + 3 * 96 * 96 + "\n" + (54 + 3 * 48 * 48));
    assertThat(home.resolve("target/drsn")).isDirectoryNotContaining("glob:**.bmp");
  }

  @Test
  void withoutAnArchiveOfClassesEverythingWorks() throws IOException {
    script(
        java.resolve("bin/java"),
        "[[ $* != *AOTCacheOutput* ]] || { touch \"$home/target/drsn/classes.aot\"; exit 1; }",
        "printf '<%s>' \"$@\"");
    Outcome outcome = run(Map.of(), home.resolve("drsn").toString(), "info");
    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out()).doesNotContain("AOT").endsWith("<info>");
  }

  @Test
  void benchIsABuildOfItsOwn() throws IOException {
    Outcome outcome = run(Map.of(), home.resolve("drsn").toString(), "bench", "--quick");
    assertThat(outcome.out())
        .contains("<-cp><" + home.toRealPath() + "/target/drsn-bench/*>")
        .contains("<dev.drsn.bench.Main><bench><--quick>");
    assertThat(home.resolve("target/drsn-bench")).isDirectoryContaining("glob:**drsn-bench-1.jar");
    assertThat(home.resolve("target/drsn")).doesNotExist();
  }

  @Test
  void aBundleHasItsOwnJavaAndIsNeverBuilt() throws IOException {
    script(home.resolve("runtime/bin/java"), "printf '<%s>' \"own\" \"$@\"");
    String drsn = home.resolve("drsn").toString();
    String real = home.toRealPath().toString();
    assertThat(run(Map.of(), drsn, "info").out())
        .startsWith("<own>")
        .endsWith("<-cp><" + real + "/lib/*><dev.drsn.cli.Drsn><info>");
    Outcome bench = run(Map.of(), drsn, "bench");
    assertThat(bench.exit()).isEqualTo(1);
    assertThat(bench.err()).contains("no benches").hasLineCount(1);
    Files.createDirectories(home.resolve("lib/bench"));
    assertThat(run(Map.of(), drsn, "bench").out())
        .endsWith("<-cp><" + real + "/lib/*:" + real + "/lib/bench/*><dev.drsn.bench.Main><bench>");
    assertThat(folder.resolve("mvn-calls")).doesNotExist();
  }

  @Test
  void keepsArgumentsAndWorkingFolderThroughALink() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("a home", "drsn"));
    Outcome outcome = run(Map.of(), link.toString(), "classify", "two words.png", "");
    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out())
        .contains("<--add-modules><jdk.incubator.vector>", "<-XX:+UseSerialGC>")
        .contains("<-cp><" + home.toRealPath() + "/target/drsn/*>")
        .endsWith("<dev.drsn.cli.Drsn><classify><two words.png><> in " + folder.toRealPath());
  }

  @Test
  void passesOptionsForTheVirtualMachine() throws IOException {
    Outcome outcome =
        run(Map.of("DRSN_JAVA_OPTS", "-Xmx2g -Xlog:gc"), home.resolve("drsn").toString());
    assertThat(outcome.out()).contains("<-Xmx2g><-Xlog:gc>").doesNotContain("drsn.stderr", "GC");
    outcome =
        run(
            Map.of("DRSN_JAVA_OPTS", "-XX:+UseParallelGC"),
            home.resolve("drsn").toString(),
            "classify");
    assertThat(outcome.out()).contains("<-XX:+UseParallelGC>").doesNotContain("SerialGC");
  }

  @Test
  void whatRunsForLongGivesItsMemoryBack() throws IOException {
    for (String command : List.of("stream", "serve", "classify")) {
      String out = run(Map.of(), home.resolve("drsn").toString(), command).out();
      assertThat(out.contains("<-XX:TrimNativeHeapInterval=60000>"))
          .as(command)
          .isEqualTo(!command.equals("classify"));
    }
  }

  @Test
  void aBuildThatFailsShowsItsErrorsAndItsLogAndKeepsTheOldBuild() throws IOException {
    drsn();
    script(tools.resolve("mvn"), "echo '[INFO] hm'; echo '[ERROR] Op.java: no'; exit 1");
    Files.setLastModifiedTime(source("// worse"), FileTime.from(Instant.now().plusSeconds(5)));
    Outcome outcome = drsn();
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines().skip(1))
        .containsExactly(
            "[ERROR] Op.java: no",
            "drsn: the build failed; the whole log is "
                + home.toRealPath()
                + "/target/drsn-build.log");
    assertThat(home.resolve("target/drsn")).isDirectoryContaining("glob:**drsn-cli-1.jar");
  }

  @Test
  void anOldJavaIsRefusedInOneLine() throws IOException {
    Files.writeString(java.resolve("release"), "JAVA_VERSION=\"1.8.0_402\"\n");
    Outcome outcome = drsn();
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err().lines())
        .containsExactly(
            "drsn: DRSN_JAVA_HOME="
                + java
                + " is no Java 25 or newer; name the folder of one or unset it");
  }

  @Test
  void theCommandTakesStandardErrorBack() throws IOException {
    String command =
        "exec \"$0\" --enable-native-access=ALL-UNNAMED -Ddrsn.stderr=8 -cp \"$1\""
            + " dev.drsn.cli.Drsn xyz 8>&2 2>/dev/null";
    Outcome outcome =
        run(
            Map.of(),
            "bash",
            "-c",
            command,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            System.getProperty("java.class.path"));
    assertThat(outcome.err().strip()).isEqualTo("drsn: unknown argument xyz; see 'drsn --help'");
    assertThat(outcome.exit()).isEqualTo(2);
  }

  private Outcome drsn() throws IOException {
    return run(Map.of(), home.resolve("drsn").toString());
  }

  private Outcome run(Map<String, String> environment, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Path err = folder.resolve("err");
    builder.redirectError(err.toFile());
    builder.environment().remove("DRSN_JAVA_OPTS");
    builder.environment().put("DRSN_JAVA_HOME", java.toString());
    builder.environment().merge("PATH", tools.toString(), (path, own) -> own + ":" + path);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      return new Outcome(process.waitFor(), out, Files.readString(err));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path source(String text) throws IOException {
    Path source = home.resolve("engine/src/main/java/Op.java");
    Files.createDirectories(source.getParent());
    return Files.writeString(source, text);
  }

  private static void script(Path file, String... lines) throws IOException {
    Files.createDirectories(file.getParent());
    List<String> text = new ArrayList<>(List.of("#!/usr/bin/env bash"));
    text.addAll(List.of(lines));
    Files.write(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private record Outcome(int exit, String out, String err) {}
}
