package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import picocli.CommandLine;

/** Runs commands as a shell would and keeps what they print. */
record Cli(int code, String out, String err) {

  /** Runs {@code drsn} with these arguments, whatever their types. */
  static Cli run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] args = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    CommandLine line = Drsn.commandLine(args);
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    int code = line.execute(args);
    return new Cli(code, out.toString(), err.toString());
  }

  /** It went well; gives what it printed. */
  String ok() {
    assertThat(code).as(err).isZero();
    return out;
  }

  /** It failed with one line that has all of these in it and no stack trace. */
  void failsWith(int expected, String... parts) {
    assertThat(code).as(out + err).isEqualTo(expected);
    String[] lines =
        err.lines().filter(line -> !line.startsWith("drsn: using ")).toArray(String[]::new);
    assertThat(lines).as(err).hasSize(1);
    assertThat(lines[0]).contains(parts).doesNotContain("Exception");
    assertThat(out).isEmpty();
  }
}
