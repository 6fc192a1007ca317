package dev.drsn.cli.aggregate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.cli.kafka.Cluster;
import dev.drsn.cli.kafka.KafkaSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Windows of 10 s with a grace of 5 s, in a topology whose clock stands still. */
class AggregationTest {

  private static final Instant START = Instant.parse("2026-01-05T09:00:00Z");
  private static final Duration WIDTH = Duration.ofSeconds(10);
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final List<String> said = new ArrayList<>();
  private final Tally tally = new Tally(said::add);
  private TopologyTestDriver driver;
  private TestInputTopic<String, byte[]> in;
  private TestOutputTopic<String, byte[]> out;

  @BeforeEach
  void open() {
    KafkaSettings settings = new KafkaSettings("broker:9092", null, Map.of());
    Properties properties = Aggregation.properties(new Cluster(settings, "school"));
    driver =
        new TopologyTestDriver(
            Aggregation.topology("r", "c", new Aggregation.Settings(WIDTH, GRACE, 5), tally),
            properties,
            START);
    in = driver.createInputTopic("r", new StringSerializer(), new ByteArraySerializer());
    out = driver.createOutputTopic("c", new StringDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void close() {
    driver.close();
  }

  /** A result with so many faces, all with probability p of calm. */
  private void result(
      String stream, String course, long epoch, long sequence, double second, int faces, double p) {
    StringBuilder json = new StringBuilder();
    json.append("{\"stream\":\"").append(stream).append("\",\"epoch\":").append(epoch);
    json.append(",\"sequence\":").append(sequence).append(",\"captured\":\"");
    json.append(START.plusMillis(Math.round(1000 * second))).append('"');
    if (!course.isEmpty()) {
      json.append(",\"course\":\"").append(course).append('"');
    }
    json.append(",\"faces\":[");
    for (int i = 0; i < faces; i++) {
      json.append(i == 0 ? "" : ",").append("{\"track\":\"t").append(i);
      json.append("\",\"probabilities\":{\"calm\":").append(p);
      json.append(",\"glad\":").append(1 - p).append("}}");
    }
    in.pipeInput(stream, json.append("]}").toString().getBytes(UTF_8));
  }

  private List<JsonNode> windows() {
    return out.readValuesToList().stream().map(each -> JsonMapper.shared().readTree(each)).toList();
  }

  private void pass(Duration time) {
    driver.advanceWallClockTime(time);
  }

  @Test
  void sharesAreMeansOverAllFacesOfACourseAndAWindowIsWrittenOnce() {
    pass(Duration.ofSeconds(30));
    result("door", "algebra", 1, 0, 0.5, 3, 0.25);
    result("gate", "algebra", 1, 0, 9.9, 3, 0.75);
    result("gate", "algebra", 1, 1, 10, 6, 1);
    result("hall", "logic", 1, 0, 14, 6, 0.5);
    assertThat(windows()).isEmpty();
    result("door", "algebra", 1, 1, 15, 2, 1);
    List<JsonNode> first = windows();
    assertThat(first).hasSize(1);
    JsonNode window = first.getFirst();
    assertThat(window.get("course").stringValue()).isEqualTo("algebra");
    assertThat(window.get("from").stringValue()).isEqualTo("2026-01-05T09:00:00Z");
    assertThat(window.get("to").stringValue()).isEqualTo("2026-01-05T09:00:10Z");
    assertThat(window.get("state").stringValue()).isEqualTo("shown");
    assertThat(window.get("persons").intValue()).isEqualTo(6);
    assertThat(window.get("cameras").intValue()).isEqualTo(2);
    assertThat(window.get("frames").intValue()).isEqualTo(2);
    assertThat(window.get("shares").get("calm").doubleValue()).isCloseTo(0.5, within(1e-4));
    assertThat(window.get("shares").get("glad").doubleValue()).isCloseTo(0.5, within(1e-4));
    // Nobody sends any more: the clock closes what is open, once.
    pass(Duration.ofSeconds(6));
    assertThat(windows())
        .extracting(each -> each.get("course").stringValue() + each.get("from").stringValue())
        .containsExactlyInAnyOrder("algebra2026-01-05T09:00:10Z", "logic2026-01-05T09:00:10Z");
    pass(Duration.ofMinutes(5));
    assertThat(windows()).isEmpty();
    assertThat(tally.windows()).isEqualTo(3);
  }

  @Test
  void aResultThatComesTwiceCountsOnce() {
    pass(Duration.ofSeconds(30));
    for (int again = 0; again < 2; again++) {
      for (int i = 0; i < 4; i++) {
        result("door", "algebra", 1, i, i, 5, i == 0 ? 1 : 0);
      }
    }
    result("door", "algebra", 1, 4, 15, 5, 1);
    JsonNode window = windows().getFirst();
    assertThat(window.get("frames").intValue()).isEqualTo(4);
    assertThat(window.get("shares").get("calm").doubleValue()).isEqualTo(0.25);
    assertThat(tally.of(Verdict.REPEATED)).isEqualTo(4);
    assertThat(tally.of(Verdict.COUNTED)).isEqualTo(5);
    // A second time after its window is closed is no new window.
    result("door", "algebra", 1, 0, 0, 5, 1);
    pass(Duration.ofMinutes(1));
    assertThat(windows()).hasSize(1);
    assertThat(tally.windows()).isEqualTo(2);
  }

  @Test
  void aMomentOfACameraThatTwoProcessesHadCountsOnce() {
    pass(Duration.ofSeconds(30));
    result("door", "algebra", 100, 0, 1, 5, 1);
    result("door", "algebra", 100, 1, 2, 5, 1);
    // The next process has it from 3 s on; the first woke up again and had gone on until 4 s.
    result("door", "algebra", 200, 0, 3, 5, 0);
    result("door", "algebra", 100, 2, 2.5, 5, 1);
    result("door", "algebra", 100, 3, 3.5, 5, 1);
    result("door", "algebra", 100, 4, 4, 5, 1);
    result("door", "algebra", 200, 1, 5, 5, 0);
    result("door", "algebra", 200, 2, 15, 5, 0);
    JsonNode window = windows().getFirst();
    assertThat(window.get("frames").intValue()).isEqualTo(5);
    assertThat(window.get("shares").get("calm").doubleValue()).isEqualTo(0.6);
    assertThat(tally.of(Verdict.REPEATED)).isEqualTo(2);
  }

  @Test
  void ofSmallGroupsNothingIsSaid() {
    pass(Duration.ofSeconds(30));
    // Four persons in view, and one for a moment.
    for (int i = 0; i < 5; i++) {
      result("door", "", 1, i, i, i == 2 ? 5 : 4, 0.5);
    }
    pass(Duration.ofSeconds(30));
    assertThat(windows().getFirst().toString())
        .isEqualTo(
            "{\"course\":\"door\",\"from\":\"2026-01-05T09:00:00Z\","
                + "\"to\":\"2026-01-05T09:00:10Z\",\"state\":\"group too small\"}");
  }

  @Test
  void whatIsNoResultIsCountedAndTheJobGoesOn() {
    pass(Duration.ofSeconds(30));
    in.pipeInput("door", "nonsense".getBytes(UTF_8));
    in.pipeInput("door", null);
    in.pipeInput("door", "[1]".getBytes(UTF_8));
    in.pipeInput("door", "{\"stream\":\"door\"}".getBytes(UTF_8));
    in.pipeInput("door", new byte[] {(byte) 0xFF, 0, 1});
    in.pipeInput("door", ("[".repeat(100_000)).getBytes(UTF_8));
    result("door", "algebra", 1, -1, 1, 5, 0.5);
    result("door", "algebra", 1, 0, 1, 5, 7);
    result("x".repeat(65), "algebra", 1, 0, 1, 5, 0.5);
    assertThat(tally.of(Verdict.MALFORMED)).isEqualTo(9);
    assertThat(said)
        .containsExactly(
            "r, partition 0, offset 0: a record that is no result of 'drsn stream';"
                + " it is left out, as all that follow will be");
    result("door", "algebra", 1, 0, 1, 5, 0.5);
    pass(Duration.ofSeconds(30));
    assertThat(windows().getFirst().get("frames").intValue()).isEqualTo(1);
  }

  @Test
  void whatComesLateOrTooEarlyOrOfAnotherModelDoesNotCount() {
    pass(Duration.ofSeconds(30));
    result("door", "algebra", 1, 0, 1000, 5, 0.5);
    assertThat(tally.of(Verdict.AHEAD)).isEqualTo(1);
    result("door", "algebra", 1, 1, 20, 5, 0.5);
    String other =
        "{\"stream\":\"gate\",\"epoch\":1,\"sequence\":0,\"captured\":\"2026-01-05T09:00:21Z\","
            + "\"course\":\"algebra\",\"faces\":[{\"track\":\"t\",\"probabilities\":{\"sad\":1}}]}";
    in.pipeInput("gate", other.getBytes(UTF_8));
    assertThat(tally.of(Verdict.OTHER_CLASSES)).isEqualTo(1);
    result("hall", "algebra", 1, 0, 35, 0, 0);
    assertThat(windows()).hasSize(1);
    result("gate", "algebra", 1, 1, 29, 5, 0.5);
    assertThat(tally.of(Verdict.LATE)).isEqualTo(1);
    assertThat(tally.line())
        .isEqualTo("1 window written; 2 results counted, 1 late, 1 ahead, 1 other classes");
  }

  @Test
  void whatIsKnownOfACourseIsReadAsItIsWritten() {
    Course course = Course.empty();
    String json =
        "{\"stream\":\"door\",\"epoch\":1,\"sequence\":0,\"captured\":\"2026-01-05T09:00:21Z\","
            + "\"faces\":[{\"track\":\"t\",\"probabilities\":{\"sad\":1}}]}";
    Result result = Result.read(json.getBytes(UTF_8));
    assertThat(course.add(result, WIDTH.toMillis())).isEqualTo(Verdict.COUNTED);
    Course read = Course.of(course.bytes());
    assertThat(read.bytes()).isEqualTo(course.bytes());
    assertThat(read.runs()).isEqualTo(course.runs());
    assertThat(read.windows().firstEntry().getValue().views())
        .isEqualTo(course.windows().firstEntry().getValue().views());
    assertThat(read.add(result, WIDTH.toMillis())).isEqualTo(Verdict.REPEATED);
  }
}
