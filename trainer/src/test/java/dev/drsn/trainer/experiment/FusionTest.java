package dev.drsn.trainer.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.feature.Vocabulary;
import dev.drsn.trainer.experiment.Features.Kind;
import dev.drsn.trainer.experiment.Features.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Table 3 on features that are made to have a known answer. */
class FusionTest {

  private static final Fusion.Options OPTIONS =
      new Fusion.Options(Classifier.LINEAR, Vocabulary.Encoding.BAG, 4, 4, 1);

  /** Four classes; one column tells the first bit of the class, the other the second. */
  private static Features halves() {
    SplittableRandom random = new SplittableRandom(2);
    List<Row> rows = new ArrayList<>();
    List<float[]> hog = new ArrayList<>();
    List<float[]> sift = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int label = i % 4;
      rows.add(new Row("f" + i, label, "s" + i / 20));
      hog.add(new float[] {(label & 1) + 0.1f * (float) random.nextGaussian(), 7});
      // Eight descriptors, most of them near one of two words.
      float[] descriptors = new float[8 * 128];
      for (int j = 0; j < 8; j++) {
        int word = random.nextInt(10) == 0 ? 1 - (label >> 1) : label >> 1;
        for (int t = 0; t < 128; t++) {
          descriptors[j * 128 + t] = 100 * (t % 2 == word ? 1 : 0) + random.nextInt(9);
        }
      }
      sift.add(descriptors);
    }
    return features(rows, Map.of(Kind.HOG, hog, Kind.SIFT, sift));
  }

  private static Features features(List<Row> rows, Map<Kind, List<float[]>> columns) {
    SequencedMap<Kind, List<float[]>> ordered = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      if (columns.containsKey(kind)) {
        ordered.put(kind, columns.get(kind));
      }
    }
    return new Features(List.of("a", "b", "c", "d"), rows, ordered, new LinkedHashMap<>());
  }

  @Test
  void halvesOfTheTruthMakeTheWhole() {
    Fusion fusion = new Fusion(halves(), OPTIONS);
    SequencedMap<String, List<Double>> table = fusion.table(true, _ -> {});
    assertThat(table.keySet()).containsExactly("hog", "sift", "fusion");
    assertThat(Spread.of(table.get("hog")).mean()).isBetween(0.35, 0.65);
    assertThat(Spread.of(table.get("sift")).mean()).isBetween(0.35, 0.65);
    assertThat(Spread.of(table.get("fusion")).mean()).isGreaterThan(0.95);
    assertThat(fusion.table(true, _ -> {})).isEqualTo(table);
  }

  /** Features that know the person and nothing else: by image that looks like knowledge. */
  @Test
  void splitsBySubjectDoNotLeakWhoItIs() {
    SplittableRandom random = new SplittableRandom(3);
    List<Row> rows = new ArrayList<>();
    List<float[]> hog = new ArrayList<>();
    float[][] people = new float[40][30];
    for (float[] person : people) {
      for (int j = 0; j < person.length; j++) {
        person[j] = random.nextFloat();
      }
    }
    for (int i = 0; i < 240; i++) {
      int person = i % 40;
      rows.add(new Row("f" + i, person % 4, "s" + person));
      hog.add(people[person].clone());
    }
    Fusion fusion = new Fusion(features(rows, Map.of(Kind.HOG, hog)), OPTIONS);
    assertThat(Spread.of(fusion.table(false, _ -> {}).get("hog")).mean()).isGreaterThan(0.8);
    assertThat(Spread.of(fusion.table(true, _ -> {}).get("hog")).mean()).isLessThan(0.6);
  }

  @Test
  void aClassOfTwoImagesIsSaidInOneLine() {
    List<Row> rows = new ArrayList<>();
    List<float[]> hog = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      rows.add(new Row("f" + i, i < 30 ? i % 3 : 3, ""));
      hog.add(new float[] {i});
    }
    assertThatThrownBy(() -> new Fusion(features(rows, Map.of(Kind.HOG, hog)), OPTIONS))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("class d has 2 images, a split 8:2 needs 5 or more")
        .hasMessageNotContaining("\n");
  }

  @Test
  void meanAndSpreadAreTheSamples() {
    Spread spread = Spread.of(List.of(0.2, 0.4, 0.9));
    assertThat(spread.mean()).isCloseTo(0.5, offset(1e-12));
    assertThat(spread.deviation()).isCloseTo(Math.sqrt(0.26 / 2), offset(1e-12));
    assertThat(Spread.of(List.of(0.3)).percent()).isEqualTo("30.00 ± 0.00 %");
  }

  @Test
  void theTableStandsAsThePaperPrintsIt() {
    SequencedMap<String, List<Double>> table = new LinkedHashMap<>();
    table.put("hog", List.of(0.5, 0.7));
    table.put("fusion", List.of(0.8, 0.9));
    SequencedMap<String, SequencedMap<String, List<Double>>> tables = new LinkedHashMap<>();
    tables.put("subject", table);
    assertThat(FusionText.text(tables))
        .isEqualTo(
            """
            accuracy, splits 8:2 by subject
            split            hog    fusion
            1            50.00 %   80.00 %
            2            70.00 %   90.00 %
            mean         60.00 %   85.00 %
            deviation    14.14 %    7.07 %
            paper        72.01 %   81.89 %\
            """);
    assertThat(FusionText.csv(tables))
        .isEqualTo(
            "by,split,hog,fusion\nsubject,1,0.500000,0.800000\nsubject,2,0.700000,0.900000\n");
  }
}
