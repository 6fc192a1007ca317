package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.DrsnException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class DrsnTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void helpAndVersionGoToStandardOutput() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Usage: drsn").contains("--verbose");
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).contains("Java 2");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void anErrorForTheUserIsOneLineAndExitCodeOne() {
    assertThat(run("fail", "--kind", "user")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines("drsn: faces/: no images; name another\n");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void anUnexpectedErrorIsOneLineThatNamesVerbose() {
    assertThat(run("fail", "--kind", "bug")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            "drsn: IllegalStateException: two lines; --verbose shows where\n");
  }

  @Test
  void errorsOfTheMachineAreReportedLikeExceptions() {
    assertThat(run("fail", "--kind", "memory")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            "drsn: OutOfMemoryError: Java heap space; --verbose shows where\n");
  }

  @Test
  void verboseAddsTheStackTrace() {
    assertThat(run("fail", "--kind", "user", "--verbose")).isEqualTo(1);
    assertThat(err.toString()).startsWith("drsn: faces/: no images").contains("at dev.drsn.cli");
  }

  @Test
  void usageErrorsAreOneLineWithAHintAndExitCodeTwo() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("fal")).isEqualTo(2);
    assertThat(run("fail", "--kid")).isEqualTo(2);
    assertThat(run("fail")).isEqualTo(2);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            """
            drsn: Missing required subcommand; see 'drsn --help'
            drsn: unknown argument fal (did you mean fail?); see 'drsn --help'
            drsn fail: unknown option --kid (did you mean --kind?); see 'drsn fail --help'
            drsn fail: Missing required option: '--kind=<kind>'; see 'drsn fail --help'
            """);
  }

  private int run(String... args) {
    CommandLine commands = Drsn.commandLine().addSubcommand(new Fail());
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return commands.execute(args);
  }

  @Command(name = "fail")
  static final class Fail implements Callable<Integer> {
    @Option(names = "--kind", required = true)
    String kind;

    @Override
    public Integer call() {
      switch (kind) {
        case "user" -> throw new DrsnException("faces/: no images; name another");
        case "memory" -> throw new OutOfMemoryError("Java heap space");
        default -> throw new IllegalStateException("two\n  lines");
      }
    }
  }
}
