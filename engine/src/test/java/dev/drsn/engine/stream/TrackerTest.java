package dev.drsn.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Face;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TrackerTest {
  private static final long TENTH = 100_000_000L;
  private final Tracker tracker = new Tracker(new SplittableRandom(3));

  private static Face face(int x, int y) {
    return new Face(new Box(x, y, 100, 100), 1);
  }

  private static List<String> tracks(List<Tracked> faces) {
    return faces.stream().map(Tracked::track).toList();
  }

  @Test
  void overlapIsIntersectionOverUnion() {
    Box box = new Box(0, 0, 10, 10);
    assertThat(Tracker.overlap(box, box)).isEqualTo(1);
    assertThat(Tracker.overlap(box, new Box(5, 0, 10, 10))).isEqualTo(50.0 / 150);
    assertThat(Tracker.overlap(box, new Box(10, 0, 10, 10))).isZero();
  }

  @Test
  void facesKeepTheirTracksInWhateverOrderTheyAreFound() {
    List<String> first = tracks(tracker.detected(List.of(face(0, 0), face(300, 0)), 0));
    assertThat(first.get(0)).isNotEqualTo(first.get(1)).hasSize(8);
    List<Tracked> second = tracker.detected(List.of(face(310, 5), face(10, 5)), TENTH);
    assertThat(tracks(second)).containsExactly(first.get(1), first.get(0));
    assertThat(second).allMatch(Tracked::detected);
  }

  @Test
  void theBestPairWinsNotTheFirst() {
    List<String> first = tracks(tracker.detected(List.of(face(0, 0), face(60, 0)), 0));
    List<Tracked> second = tracker.detected(List.of(face(50, 0)), TENTH);
    assertThat(tracks(second)).containsExactly(first.get(1));
  }

  @Test
  void betweenDetectionsAFaceMovesOnAndIsSaidToBeExpected() {
    tracker.detected(List.of(face(0, 0)), 0);
    tracker.detected(List.of(face(20, 0)), TENTH);
    // 200 pixels a second seen once, averaged with standing still: 100.
    Tracked expected = tracker.between(2 * TENTH).getFirst();
    assertThat(expected.face().box()).isEqualTo(new Box(30, 0, 100, 100));
    assertThat(expected.detected()).isFalse();
    Box far = tracker.between(100 * TENTH).getFirst().face().box();
    assertThat(far.x()).as("one second at most").isEqualTo(120);
  }

  @Test
  void aFaceThatIsMissedIsNotGuessedButKeepsItsTrackForAWhile() {
    List<String> first = tracks(tracker.detected(List.of(face(0, 0)), 0));
    assertThat(tracker.detected(List.of(), TENTH)).isEmpty();
    assertThat(tracker.between(2 * TENTH)).isEmpty();
    assertThat(tracker.smallest()).as("it is still looked for").isEqualTo(face(0, 0).box().width());
    assertThat(tracks(tracker.detected(List.of(face(5, 0)), 3 * TENTH))).isEqualTo(first);
    for (int i = 4; i < 7; i++) {
      tracker.detected(List.of(), i * TENTH);
    }
    assertThat(tracks(tracker.detected(List.of(face(5, 0)), 7 * TENTH)))
        .doesNotContainAnyElementsOf(first);
  }

  @Test
  void smoothingFadesOldResultsAndKeepsSums() {
    Smoothing smoothing = new Smoothing(1);
    float[] first = {1, 0};
    smoothing.apply("a", first, 0);
    assertThat(first).containsExactly(1, 0);
    float[] second = {0, 1};
    smoothing.apply("a", second, 10 * TENTH);
    assertThat(second[0])
        .isEqualTo((float) Math.exp(-1), org.assertj.core.api.Assertions.within(1e-6f));
    assertThat(second[0] + second[1]).isEqualTo(1f, org.assertj.core.api.Assertions.within(1e-6f));
    float[] other = {0, 1};
    smoothing.apply("b", other, 10 * TENTH);
    assertThat(other).containsExactly(0, 1);
    smoothing.forget(10 * TENTH);
    assertThat(smoothing.size()).isEqualTo(2);
    smoothing.forget(10 * TENTH + 1);
    assertThat(smoothing.size()).isZero();
  }

  @Test
  void anFpsCapKeepsItsRateWithJitterAndAfterPauses() {
    FpsCap cap = new FpsCap(10);
    int admitted = 0;
    for (int i = 0; i < 300; i++) {
      admitted += cap.admits(i / 30.0 + (i % 3 - 1) * 0.002) ? 1 : 0;
    }
    assertThat(admitted).isBetween(99, 101);
    assertThat(cap.admits(60)).isTrue();
    assertThat(cap.admits(60.01)).isFalse();
    assertThat(cap.admits(0)).as("a source that begins anew").isTrue();
    FpsCap none = new FpsCap(0);
    assertThat(none.admits(0)).isTrue();
    assertThat(none.admits(0)).isTrue();
  }
}
