package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class SettingsTest {

  @TempDir private Path folder;

  private static CommandSpec serve(String... flags) {
    CommandLine line = new CommandLine(new ServeCommand());
    line.parseArgs(flags);
    return line.getCommandSpec();
  }

  private static Object value(CommandSpec spec, String option) {
    return spec.findOption(option).getValue();
  }

  private Path yaml(String text) throws IOException {
    return Files.writeString(folder.resolve("server.yaml"), text);
  }

  @Test
  void aFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
    Path file = yaml("port: 1\nmax-batch: 2\nmax-delay: 3\ntune: false\nsmooth: 1.5\n");
    CommandSpec spec = serve("--port", "9");
    new Settings(spec)
        .apply(
            file,
            Map.of(
                "DRSN_PORT", "8", "DRSN_MAX_BATCH", "7", "DRSN_JAVA_OPTS", "-Xmx1g", "PATH", "x"));
    assertThat(value(spec, "--port")).isEqualTo(9);
    assertThat(value(spec, "--max-batch")).isEqualTo(7);
    assertThat(value(spec, "--max-delay")).isEqualTo(3);
    assertThat(value(spec, "--max-body")).isEqualTo(32);
    assertThat(value(spec, "--tune")).isEqualTo(false);
    assertThat(value(spec, "--smooth")).isEqualTo(1.5);
    CommandSpec named = serve();
    new Settings(named).apply(null, Map.of("DRSN_CONFIG", file.toString()));
    assertThat(value(named, "--port")).isEqualTo(1);
  }

  private void fails(String yaml, Map<String, String> environment, String... parts)
      throws IOException {
    Path file = yaml(yaml);
    assertThatThrownBy(() -> new Settings(serve()).apply(file, environment))
        .isInstanceOf(DrsnException.class)
        .message()
        .contains(parts)
        .doesNotContain("\n");
  }

  private static CommandSpec stream(String... flags) {
    CommandLine line = new CommandLine(new StreamCommand());
    line.parseArgs(flags);
    return line.getCommandSpec();
  }

  private String list(String name, String sinks) throws IOException {
    String text = "streams:\n- {id: a, url: x}\n" + sinks;
    return Files.writeString(folder.resolve(name), text).toString();
  }

  @Test
  void sinksOfAListOfStreamsGoBehindTheEnvironmentAndThatBehindFlags() throws IOException {
    String room =
        list(
            "room.yaml",
            """
            sinks:
              out: [r.jsonl, r.csv]
              webhook: https://list/in
              webhook-timeout: 3
              spool: of-list
              spool-limit: 7
            """);
    String plain = list("other.yaml", "");
    CommandSpec spec = stream(room, plain, "--spool-limit", "9");
    new Settings(spec)
        .applySinks(
            List.of(room, plain, "camera.mp4"),
            Map.of(
                "DRSN_WEBHOOK", "https://environment/in",
                "DRSN_SPOOL_LIMIT", "8",
                "DRSN_DETECT_EVERY", "3",
                "DRSN_WEBHOOK_TOKEN", "secret",
                "DRSN_WEBHOOK_SECRET", "secret",
                "DRSN_KAFKA_USER", "me",
                "DRSN_KAFKA_PASSWORD", "secret"));
    assertThat(value(spec, "--out")).isEqualTo(List.of(Path.of("r.jsonl"), Path.of("r.csv")));
    assertThat(value(spec, "--webhook")).isEqualTo("https://environment/in");
    assertThat(value(spec, "--webhook-timeout")).isEqualTo(3);
    assertThat(value(spec, "--spool")).isEqualTo(Path.of("of-list"));
    assertThat(value(spec, "--spool-limit")).isEqualTo(9);
    assertThat(value(spec, "--detect-every")).isEqualTo(3);
    CommandSpec one = stream(room);
    new Settings(one).applySinks(List.of(list("room.yaml", "sinks: {out: r.csv}")), Map.of());
    assertThat(value(one, "--out")).isEqualTo(List.of(Path.of("r.csv")));
  }

  private void sinksFail(List<String> lists, String... parts) {
    assertThatThrownBy(() -> new Settings(stream()).applySinks(lists, Map.of()))
        .isInstanceOf(DrsnException.class)
        .message()
        .contains(parts)
        .doesNotContain("\n");
  }

  @Test
  void mistakesInSinksAreOneLineThatNamesTheList() throws IOException {
    String good = list("good.yaml", "sinks: {out: r.csv}");
    sinksFail(
        List.of(list("r.yaml", "sinks: {webhok: 'http://a'}")),
        "r.yaml: webhok is not known; did you mean webhook?");
    sinksFail(List.of(list("r.yaml", "sinks: {max-batch: 3}")), "r.yaml: max-batch is not known");
    sinksFail(List.of(list("r.yaml", "sinks: {spool-limit: much}")), "spool-limit is a number");
    sinksFail(List.of(list("r.yaml", "sinks: {out: [[a]]}")), "r.yaml: out is one value");
    sinksFail(List.of(list("r.yaml", "sinks: {out: }")), "r.yaml: out is one value");
    sinksFail(List.of(good, list("r.yaml", "sinks: {spool: x}")), "keep those of one list");
    Cli.run("serve", "--streams", good).failsWith(1, "'sinks' are for 'drsn stream --http'");
  }

  @Test
  void mistakesAreOneLineThatNamesTheirPlace() throws IOException {
    fails("max-bacth: 2", Map.of(), "server.yaml: max-bacth is not known", "mean max-batch?");
    fails("port: 1", Map.of("DRSN_PROT", "1"), "DRSN_PROT is not known; did you mean DRSN_PORT?");
    fails("port: many", Map.of(), "server.yaml: port is a number, not many");
    fails("port: [1]", Map.of(), "port is one value");
    fails("port:", Map.of(), "port is one value");
    fails("tune: maybe", Map.of(), "tune is true or false");
    fails("config: other.yaml", Map.of(), "take 'config' out");
    fails("- 1", Map.of(), "write settings as 'port: 8000'");
    fails("a: [", Map.of(), "it is not YAML");
    fails("help: true", Map.of(), "help is not known");
    fails("port: 1", Map.of("DRSN_PORT", "tcp://10.0.0.1:80"), "DRSN_PORT is a number");
    Cli.run("serve", "--config", folder.resolve("none.yaml")).failsWith(1, "there is no file");
  }
}
