package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportCommandTest {

  @TempDir Path folder;

  /** Ten minutes of six faces; in minute 3 there are two, in minute 5 nobody records. */
  private Path recording() throws IOException {
    StringBuilder lines = new StringBuilder();
    Instant start = Instant.parse("2026-01-05T09:00:00Z");
    for (int second = 0; second < 600; second += 5) {
      int minute = second / 60;
      if (minute == 5) {
        continue;
      }
      int faces = minute == 3 ? 2 : 6;
      lines.append(
          String.format(
              "{\"stream\":\"room\",\"sequence\":%d,\"captured\":\"%s\",\"age_ms\":1.0,"
                  + "\"faces\":[",
              second, start.plusSeconds(second)));
      for (int i = 0; i < faces; i++) {
        double p = minute == 8 ? 0.1 : 0.5 + 0.05 * i;
        lines.append(
            String.format(
                Locale.ROOT,
                "%s{\"track\":\"secret%d\",\"probabilities\":{\"focused\":%.2f,\"<tired>\":%.2f}}",
                i == 0 ? "" : ",",
                i,
                p,
                1 - p));
      }
      lines.append("]}\n");
    }
    return Files.writeString(folder.resolve("lesson.jsonl"), lines);
  }

  private Path weights() throws IOException {
    return Files.writeString(folder.resolve("w.yaml"), "focused: 1\n<tired>: 0\n");
  }

  @Test
  void thePageHasDrawingsTablesGapsAndTheNotice() throws Exception {
    Path out = folder.resolve("report");
    Cli run = Cli.run("report", recording(), "--weights", weights(), "--out", out);
    assertThat(run.ok()).contains("8 shown, 1 with a group of fewer than 5, 1 without data");
    assertThat(run.err()).contains("prohibited");
    String page = Files.readString(out.resolve("index.html"));
    assertThat(page)
        .contains("Article 5(1)(f)", "Class shares", "Engagement index", "Notable moments")
        .contains("fewer than 5", "no data", "&lt;tired&gt;", "8:00")
        .doesNotContain("<script", "secret", "http://cdn", "<tired>");
    int drawings = page.split("<svg ", -1).length - 1;
    assertThat(drawings).isEqualTo(2);
    assertThat(page.split("class=\"gap\"", -1)).hasSize(5);
    int at = page.indexOf("<svg ");
    while (at >= 0) {
      int end = page.indexOf("</svg>", at) + 6;
      byte[] svg = page.substring(at, end).getBytes(StandardCharsets.UTF_8);
      DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new ByteArrayInputStream(svg));
      at = page.indexOf("<svg ", end);
    }
    assertThat(Files.exists(out.resolve("persons.csv"))).isFalse();
  }

  @Test
  void theTableHasTheSameFigures() throws IOException {
    Path out = folder.resolve("report");
    String json = Cli.run("report", recording(), "--json", "--out", out).ok();
    JsonNode whole = JsonMapper.shared().readTree(json);
    assertThat(whole.get("intervals").get("too_few").intValue()).isEqualTo(1);
    assertThat(whole.has("index")).isFalse();
    double focused = whole.get("shares").get("focused").get("value").doubleValue();
    assertThat(focused).isBetween(0.5, 0.6);
    List<String> rows = Files.readAllLines(out.resolve("intervals.csv"));
    assertThat(rows).hasSize(11);
    assertThat(rows.getFirst())
        .isEqualTo(
            "from_s,to_s,state,frames,persons,p_focused,p_focused_low,p_focused_high,p_<tired>,"
                + "p_<tired>_low,p_<tired>_high,index,index_low,index_high");
    assertThat(rows.get(1)).startsWith("0,60,shown,12,6,0.625,");
    assertThat(rows.get(4)).isEqualTo("180,240,too_few,12,,,,,,,,,,");
    assertThat(rows.get(6)).isEqualTo("300,360,no_data,0,,,,,,,,,,");
  }

  @Test
  void oneIntervalIsNotOneIntervals() throws IOException {
    Path out = folder.resolve("report");
    String text = Cli.run("report", recording(), "--interval", "1h", "--out", out).ok();
    assertThat(text).startsWith("1 interval: 1 shown");
    assertThat(Files.readString(out.resolve("index.html"))).contains("1 interval of");
  }

  @Test
  void singlePersonsAreShownOnRequestOnly() throws IOException {
    Path out = folder.resolve("report");
    Cli.run("report", recording(), "--per-person", "--out", out).ok();
    assertThat(Files.readAllLines(out.resolve("persons.csv"))).hasSize(7);
    assertThat(Files.readString(out.resolve("index.html"))).doesNotContain("secret");
  }

  @Test
  void mistakesAreOneLine() throws IOException {
    Path recording = recording();
    Path out = folder.resolve("report");
    Cli.run("report", recording, "--out", folder).failsWith(1, "exists; name a new folder");
    Cli.run("report", "none.jsonl", "--out", out).failsWith(1, "no file none.jsonl");
    Cli.run("report", recording, "--interval", "0", "--out", out).failsWith(1, "--interval");
    Cli.run("report", recording, "--min-group", 1, "--out", out).failsWith(1, "--per-person");
    Cli.run("report", recording, "--weights", "w", "--out", out).failsWith(1, "no file w");
    Cli.run("report", recording).failsWith(2, "--out");
    assertThat(out).doesNotExist();
  }
}
