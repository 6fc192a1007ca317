package dev.drsn.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Face;
import dev.drsn.engine.stream.FaceResult;
import dev.drsn.engine.stream.Prediction;
import dev.drsn.engine.stream.StreamResult;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassMixTest {
  private final ClassMix mix = new ClassMix(2, 5, 3);

  private void add(String stream, int faces, float p) {
    Prediction prediction = new Prediction(new Face(new Box(0, 0, 4, 4), 1), 0, List.of(p, 1 - p));
    mix.add(
        new StreamResult(
            stream,
            "",
            0,
            0,
            Instant.EPOCH,
            1,
            8,
            8,
            Collections.nCopies(faces, new FaceResult("t", true, prediction)),
            null));
  }

  private ClassMix.Slot cut() {
    mix.cut(7);
    return mix.slots().getLast();
  }

  @Test
  void sharesAreMeansOverAllFacesOfAllStreams() {
    add("a", 3, 0.25f);
    add("b", 3, 0.75f);
    ClassMix.Slot slot = cut();
    assertThat(slot.shares()).containsExactly(0.5, 0.5);
    assertThat(slot.faces()).isEqualTo(6);
    assertThat(slot.fewer()).isFalse();
  }

  @Test
  void aGroupThatIsTooSmallIsNotShownAndNotCounted() {
    // Twenty frames of four faces are four faces, and one frame of six does not change that.
    for (int i = 0; i < 20; i++) {
      add("a", 4, 0.5f);
    }
    add("a", 6, 0.5f);
    ClassMix.Slot slot = cut();
    assertThat(slot.shares()).isEmpty();
    assertThat(slot.faces()).isZero();
    assertThat(slot.fewer()).isTrue();
    ClassMix.Slot next = cut();
    assertThat(next.shares()).isEmpty();
    assertThat(next.fewer()).as("nobody is in view").isFalse();
  }

  @Test
  void oldSlotsAreForgotten() {
    for (int i = 0; i < 10; i++) {
      cut();
    }
    assertThat(mix.slots()).extracting(ClassMix.Slot::number).containsExactly(7L, 8L, 9L);
  }
}
