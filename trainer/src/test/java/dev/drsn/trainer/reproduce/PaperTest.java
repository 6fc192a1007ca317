package dev.drsn.trainer.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.drsn.engine.network.NetworkSpec.Architecture;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said against the paper's figures, by hand. */
class PaperTest {

  @Test
  void table8ImpliesAnotherAccuracyThanTable7() {
    // (82.1 x 81 + 82.5 x 61 + 70.4 x 73 + 78.1 x 60 + 74.9 x 56 + 92.2 x 72) / 403
    assertThat(Paper.implied(Paper.DRSN)).isCloseTo(32340.6 / 403, offset(0.01));
    // (81.9 x 81 + 82.6 x 61 + 68.4 x 73 + 77.4 x 60 + 74.7 x 56 + 92.3 x 72) / 403
    assertThat(Paper.implied(Paper.RESNET)).isCloseTo(32138.5 / 403, offset(0.01));
  }

  @Test
  void fourValuesOfF1AreAbovePrecisionAndRecall() {
    assertThat(Paper.outside(Paper.RESNET)).containsExactly("distracted");
    assertThat(Paper.outside(Paper.DRSN)).containsExactly("distracted", "curious", "confused");
  }

  @Test
  void noNumberOf331ImagesGivesTheAccuracies() {
    assertThat(Paper.possible(79.95, 331)).isFalse();
    assertThat(Paper.possible(84.12, 331)).isFalse();
    assertThat(Paper.possible(84.12, 403)).isTrue();
    assertThat(Paper.possible(50, 2)).isTrue();
  }

  @Test
  void theNetworkOfTable4IsCountedAsInTheDefinitions() {
    assertThat(Paper.counted(Architecture.RESNET18)).isCloseTo(1.8136, offset(5e-5));
    assertThat(Paper.counted(Architecture.SENET18)).isBetween(1.8136, 1.816);
  }

  @Test
  void theSentencesCarryTheFigures() {
    List<String> sentences = Paper.contradictions();
    assertThat(sentences.get(0)).contains("2027", "1655", "1624", "403");
    assertThat(sentences.get(1)).contains("80.25 %", "84.12 %", "79.75 %");
    assertThat(sentences.get(3)).contains("79.95 %, 82.57 %, 84.12 %").contains("331");
    assertThat(sentences).noneMatch(s -> s.contains("%s") || s.contains("null"));
  }
}
