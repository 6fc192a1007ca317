package dev.drsn.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SplitTest {

  private static final List<String> LABELS = List.of("a", "b", "c");

  /** Classes of 50, 100 and 150 images over subjects of uneven size. */
  private static DataSet data(boolean subjects) {
    ImageSource source = new ImageSource.InMemory(Image.black(8, 8, 1));
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int label = i % 6 == 0 ? 0 : i % 6 < 3 ? 1 : 2;
      String subject = subjects ? "s" + (int) Math.sqrt(i * 3) : "";
      samples.add(Sample.of("i" + i, source, label, 3, subject, Part.NONE));
    }
    return new DataSet("made up", LABELS, samples);
  }

  @Test
  void everyClassHasItsShareByImage() {
    DataSet split = Split.random(data(false), 0.2, 0.1, 7, false);
    assertThat(split.part(Part.TRAIN).counts()).containsExactly(35, 70, 105);
    assertThat(split.part(Part.VALID).counts()).containsExactly(10, 20, 30);
    assertThat(split.part(Part.TEST).counts()).containsExactly(5, 10, 15);
  }

  @Test
  void nobodyIsInTwoPartsBySubject() {
    DataSet split = Split.random(data(true), 0.2, 0.2, 7, true);
    Map<String, Set<Part>> parts = new HashMap<>();
    for (Sample sample : split.samples()) {
      parts.computeIfAbsent(sample.subject(), s -> new HashSet<>()).add(sample.part());
    }
    assertThat(parts.values()).allMatch(seen -> seen.size() == 1);
    assertThat(split.part(Part.VALID).samples().size()).isBetween(45, 75);
    assertThat(split.part(Part.TEST).samples().size()).isBetween(45, 75);
    assertThat(split.part(Part.VALID).counts()[0]).isBetween(5, 16);
  }

  @Test
  void theSeedDecides() {
    assertThat(parts(1)).isEqualTo(parts(1)).isNotEqualTo(parts(2));
  }

  private static List<Part> parts(long seed) {
    return Split.random(data(true), 0.3, 0, seed, false).samples().stream()
        .map(Sample::part)
        .toList();
  }

  @Test
  void whatCannotBeSplitIsRefused() {
    assertThatThrownBy(() -> Split.random(data(false), 0.2, 0, 1, true))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("does not say who");
    assertThatThrownBy(() -> Split.random(data(false), 0.6, 0.4, 1, false))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("below 1");
    assertThatThrownBy(() -> Split.random(data(false), 0.001, 0, 1, false))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("valid");
  }
}
