package dev.drsn.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LessonTest {
  private static final Instant START = Instant.parse("2026-01-05T09:00:00Z");
  private static final List<String> LABELS = List.of("focused", "tired");
  @TempDir Path folder;

  /** A frame of so many faces, the i-th of them focused with probability p[i]. */
  private static Recording.Frame frame(double seconds, float... p) {
    List<Recording.Seen> faces = new ArrayList<>();
    for (int i = 0; i < p.length; i++) {
      faces.add(new Recording.Seen("t" + i, new float[] {p[i], 1 - p[i]}));
    }
    return new Recording.Frame("room", START.plusMillis((long) (seconds * 1000)), faces);
  }

  private static Lesson lesson(int leastGroup, Recording.Frame... frames) {
    Engagement engagement = new Engagement(new double[] {1, 0.25});
    return Lesson.of(
        new Recording(LABELS, List.of(frames)), Duration.ofSeconds(60), engagement, leastGroup);
  }

  @Test
  void sharesAreMeansOverAllFacesAndTheIndexWeighsThem() {
    Lesson lesson =
        lesson(2, frame(0, 1, 1), frame(1, 0.5f, 0.5f), frame(60, 0, 0), frame(61, 0, 0));
    Interval first = lesson.intervals().getFirst();
    assertThat(first.shares().get(0).value()).isCloseTo(0.75, within(1e-9));
    assertThat(first.shares().get(1).value()).isCloseTo(0.25, within(1e-9));
    assertThat(first.index().value()).isCloseTo(0.75 + 0.25 * 0.25, within(1e-9));
    assertThat(lesson.whole().shares().get(0).value()).isCloseTo(0.375, within(1e-9));
    assertThat(lesson.whole().frames()).isEqualTo(4);
  }

  @Test
  void bandsHoldTheValueAndWidenWhereFacesDiffer() {
    Lesson alike = lesson(5, frame(0, .5f, .5f, .5f, .5f, .5f));
    Lesson unlike = lesson(5, frame(0, 0, 1, 0, 1, .5f));
    Share narrow = alike.whole().shares().getFirst();
    Share wide = unlike.whole().shares().getFirst();
    assertThat(narrow.high() - narrow.low()).isCloseTo(0, within(1e-9));
    assertThat(wide.low()).isLessThan(0.3);
    assertThat(wide.high()).isGreaterThan(0.7);
    assertThat(wide.value()).isBetween(wide.low(), wide.high());
    assertThat(lesson(5, frame(0, 0, 1, 0, 1, .5f))).isEqualTo(unlike);
  }

  @Test
  void framesOfOneFaceAreNotTakenForManyObservations() {
    Recording.Frame[] many = new Recording.Frame[50];
    for (int i = 0; i < many.length; i++) {
      many[i] = frame(i, 0, 1, 0, 1, .5f);
    }
    Share once = lesson(5, frame(0, 0, 1, 0, 1, .5f)).whole().shares().getFirst();
    Share often = lesson(5, many).whole().shares().getFirst();
    assertThat(often.high() - often.low()).isGreaterThan(0.6 * (once.high() - once.low()));
  }

  @Test
  void smallGroupsAndPausesAreGaps() {
    Lesson lesson = lesson(3, frame(0, 1, 1, 1), frame(60, 0, 0), frame(200, 1, 1, 1));
    assertThat(lesson.intervals().stream().map(Interval::state))
        .containsExactly(
            Interval.State.SHOWN,
            Interval.State.TOO_FEW,
            Interval.State.NO_DATA,
            Interval.State.SHOWN);
    assertThat(lesson.intervals().get(1).shares()).isEmpty();
    assertThat(lesson.intervals().get(1).index()).isNull();
    assertThat(lesson.whole().shares().getFirst().value())
        .as("what is not shown does not count in the whole either")
        .isCloseTo(1, within(1e-9));
  }

  @Test
  void aGroupIsWhatIsInViewTogetherNotHowManyNamesThereWere() {
    List<Recording.Frame> frames = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Recording.Seen seen = new Recording.Seen("name" + i, new float[] {1, 0});
      frames.add(new Recording.Frame("room", START.plusSeconds(i), List.of(seen)));
    }
    Lesson lesson = Lesson.of(new Recording(LABELS, frames), Duration.ofSeconds(60), null, 5);
    assertThat(lesson.intervals().getFirst().state()).isEqualTo(Interval.State.TOO_FEW);
    assertThat(lesson.intervals().getFirst().group()).isEqualTo(1);
    assertThat(lesson.shown()).isFalse();
    assertThat(lesson.moments()).isEmpty();
  }

  @Test
  void groupsOfSeveralStreamsAdd() {
    List<Recording.Seen> two =
        List.of(
            new Recording.Seen("a", new float[] {1, 0}),
            new Recording.Seen("b", new float[] {1, 0}));
    List<Recording.Frame> frames =
        List.of(new Recording.Frame("left", START, two), new Recording.Frame("right", START, two));
    Lesson lesson = Lesson.of(new Recording(LABELS, frames), Duration.ofSeconds(60), null, 4);
    assertThat(lesson.intervals().getFirst().group()).isEqualTo(4);
    assertThat(lesson.shown()).isTrue();
  }

  @Test
  void notableMomentsAreThoseOutsideOfWhatIsUsual() {
    List<Recording.Frame> frames = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      float p = i == 7 ? 0.1f : 0.9f;
      frames.add(frame(60 * i, p, p, p, p, p));
    }
    Lesson lesson = lesson(5, frames.toArray(Recording.Frame[]::new));
    assertThat(lesson.moments()).hasSize(2);
    assertThat(lesson.moments()).allMatch(moment -> moment.interval().from() == 420);
    assertThat(lesson.moments().getFirst().usual()).isBetween(0.0, 1.0);
  }

  @Test
  void recordingsOfDifferentDaysAreNoLesson() {
    assertThatThrownBy(() -> lesson(1, frame(0, 1), frame(1e6, 1)))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("give those of one lesson");
  }

  private static String line(String label, String p) {
    return "{\"stream\":\"a\",\"captured\":\"2026-01-05T09:00:00Z\",\"faces\":[{\"track\":\"x\","
        + "\"probabilities\":{\""
        + label
        + "\":"
        + p
        + "}}]}\n";
  }

  @Test
  void recordingsAreReadAndDamageIsNamed() throws IOException {
    Path file = folder.resolve("r.jsonl");
    Files.writeString(file, line("calm", "1") + line("calm", "0.5") + "{\"streams\":[]}\n");
    assertThat(Recording.read(List.of(file)).frames()).hasSize(2);
    Files.writeString(file, line("calm", "1") + "{\"stream\":\"a\",\"capt");
    assertThat(Recording.read(List.of(file)).frames()).as("cut off").hasSize(1);
    String[][] cases = {
      {line("calm", "1") + "what\n" + line("calm", "1"), "line 2 is no result"},
      {line("calm", "1") + "{\"a\":1}\n" + line("calm", "1"), "line 2 is no result"},
      {line("calm", "1") + line("glad", "1"), "line 2 has other classes"},
      {line("calm", "7"), "line 1 has a probability of 7.0"},
      {line("calm", "1").replace("09:00:00Z", "noon"), "line 1 is no result"},
      {"", "no face was seen"},
    };
    for (String[] each : cases) {
      Files.writeString(file, each[0]);
      assertThatThrownBy(() -> Recording.read(List.of(file)))
          .as(each[0])
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining(each[1])
          .hasMessageContaining("r.jsonl");
    }
  }

  @Test
  void weightsAreForAllClassesAndNoOthers() throws IOException {
    Path file = folder.resolve("w.yaml");
    Files.writeString(file, "focused: 1\ntired: 0.25 # a judgement\n");
    assertThat(Engagement.read(file, LABELS).weights()).containsExactly(1, 0.25);
    Files.writeString(
        file, "labels: [{name: tired, weight: 0.5}, {name: focused, definition: x, weight: 1}]");
    assertThat(Engagement.read(file, LABELS).weights()).containsExactly(1, 0.5);
    for (String[] each :
        new String[][] {
          {"focused: 1", "weight of tired"},
          {"focused: 1\ntired: 2", "weight of tired"},
          {"focused: 1\ntired: 0\nhungry: 1", "no class 'hungry'"},
          {"labels: [{name: tired}, {name: focused, weight: 1}]", "weight of tired"},
          {"just text", "no weights"},
          {"a: [", "not YAML"}
        }) {
      Files.writeString(file, each[0]);
      assertThatThrownBy(() -> Engagement.read(file, LABELS))
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining(each[1]);
    }
  }
}
