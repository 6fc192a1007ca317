package dev.drsn.trainer.annotate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.synth.LearningExpression;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LabelSetTest {

  @Test
  void theStandardSetIsThePapersTableWithoutWeights() {
    LabelSet labels = LabelSet.standard();
    assertThat(labels.names()).isEqualTo(LearningExpression.labels());
    assertThat(labels.labels()).allMatch(label -> label.weight().isEmpty());
    assertThat(labels.labels().get(2).definition())
        .containsEntry("mouth", "open")
        .containsEntry("eyes", "widened")
        .containsEntry("eyebrows", "raised")
        .hasSize(5);
    // The paper says nothing of the gaze of the happy.
    assertThat(labels.labels().get(5).definition()).hasSize(4).doesNotContainKey("gaze");
  }

  @Test
  void weightsAndPlainDefinitions() {
    LabelSet labels =
        LabelSet.parse("labels: [{name: a, weight: 0.5, definition: x}, {name: b}]", "t");
    assertThat(labels.labels().get(0).weight()).hasValue(0.5);
    assertThat(labels.labels().get(0).definition()).containsOnlyKeys("");
    assertThat(labels.labels().get(1).definition()).isEmpty();
  }

  @Test
  void whatIsNoLabelSet() {
    refused("labels: [{name: a}, {name: a, name: b}]", "line 1", "duplicate");
    refused("labels: [{name: a}]\nlabels: [{name: b}]", "line 2", "duplicate");
    refused("labels: [{name: a}, {name: A}]", "twice");
    refused("labels: [{name: a}]", "1 labels", "2 to 20");
    refused("labels: []", "0 labels");
    refused("[a, b]", "no list 'labels'");
    refused("", "no list 'labels'");
    refused("labels: [{name: a", "set.yaml line 1");
    refused("labels: [{name: a}, b]", "label 2", "no name");
    refused("labels: [{name: a}, {name: 7}]", "label 2", "no name");
    refused("labels: [{name: a}, {name: ../b}]", "label 2", "'../b'");
    refused("labels: [{name: a}, {name: ambiguous}]", "ambiguous");
    refused("labels: [{name: a}, {name: b, weigth: 1}]", "label 2", "'weigth'");
    refused("labels: [{name: a}, {name: b, weight: 2}]", "label 2", "0 to 1");
    refused("labels: [{name: a}, {name: b, weight: .nan}]", "label 2", "0 to 1");
    refused("labels: [{name: a}, {name: b}]\nmore: 1", "more");
    assertThatThrownBy(() -> LabelSet.read(Path.of("no-such-file.yaml")))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("no-such-file.yaml");
  }

  private static void refused(String text, String... parts) {
    assertThatThrownBy(() -> LabelSet.parse(text, "set.yaml"))
        .isInstanceOf(DrsnException.class)
        .message()
        .startsWith("set.yaml")
        .contains(parts)
        .doesNotContain("\n");
  }
}
