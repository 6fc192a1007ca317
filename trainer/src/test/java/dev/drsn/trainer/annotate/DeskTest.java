package dev.drsn.trainer.annotate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.collect.FaceSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeskTest {

  @TempDir Path folder;
  private FaceSet set;

  @BeforeEach
  void makeFaces() throws Exception {
    set = Faces.of(folder, 5);
  }

  private Desk desk(String name) {
    return Desk.of(set, name, null);
  }

  private Path file(String name) {
    return set.folder().resolve("annotations").resolve(name + ".csv");
  }

  private static List<String> order(Desk desk) {
    List<String> order = new ArrayList<>();
    for (String face = desk.next(null); face != null; face = desk.next(null)) {
      order.add(face);
      desk.judge(face, "happy", "");
    }
    return order;
  }

  @Test
  void judgementsAreOnTheDiskAtOnceAndOneGoesOnWhereOneStopped() throws IOException {
    String first;
    try (Desk desk = desk("kim")) {
      assertThat(desk.size()).isEqualTo(5);
      first = desk.next(null);
      assertThat(desk.judge(first, "tired", "")).isEqualTo(Desk.Answer.NOTED);
      assertThat(Files.readString(file("kim")))
          .startsWith("time,face,judgement\n")
          .endsWith("," + first + ",tired\n");
    }
    try (Desk desk = desk("kim")) {
      assertThat(desk.done()).isEqualTo(1);
      assertThat(desk.said(first)).isEqualTo("tired");
      assertThat(desk.last()).isEqualTo(first);
      assertThat(order(desk)).hasSize(4).doesNotContain(first);
      assertThat(desk.counts()).containsEntry("happy", 4).containsEntry("tired", 1);
    }
  }

  @Test
  void eachHasAnOrderOfTheirOwnWhichStays() {
    List<String> kim;
    try (Desk desk = desk("kim")) {
      kim = order(desk);
    }
    try (Desk desk = desk("lee")) {
      assertThat(order(desk)).containsExactlyInAnyOrderElementsOf(kim).isNotEqualTo(kim);
    }
    try (Desk desk = desk("kim")) {
      while (desk.undo() != null) {
        // All of it.
      }
      assertThat(order(desk)).isEqualTo(kim);
    }
  }

  @Test
  void laterPutsAFaceOff() {
    try (Desk desk = desk("kim")) {
      String first = desk.next(null);
      String second = desk.next(first);
      assertThat(second).isNotEqualTo(first);
      desk.judge(second, LabelSet.AMBIGUOUS, "");
      assertThat(desk.next(null)).isEqualTo(first);
      for (String face = desk.next(first); !face.equals(first); face = desk.next(first)) {
        desk.judge(face, "happy", "");
      }
      assertThat(desk.next(first)).as("nothing else is left").isEqualTo(first);
    }
  }

  @Test
  void undoTakesBackOneAfterTheOther() {
    try (Desk desk = desk("kim")) {
      String first = desk.next(null);
      desk.judge(first, "tired", "");
      String second = desk.next(null);
      desk.judge(second, "happy", "");
      assertThat(desk.undo()).isEqualTo(second);
      assertThat(desk.undo()).isEqualTo(first);
      assertThat(desk.undo()).isNull();
      assertThat(desk.done()).isZero();
    }
    try (Desk desk = desk("kim")) {
      assertThat(desk.done()).isZero();
    }
  }

  @Test
  void twoWindowsDoNotOverwriteOneAnother() {
    try (Desk desk = desk("kim")) {
      String face = desk.next(null);
      assertThat(desk.judge(face, "tired", "")).isEqualTo(Desk.Answer.NOTED);
      assertThat(desk.judge(face, "happy", "")).isEqualTo(Desk.Answer.MEANWHILE);
      assertThat(desk.said(face)).isEqualTo("tired");
      assertThat(desk.judge(face, "tired", "")).as("pressed twice").isEqualTo(Desk.Answer.NOTED);
      assertThat(desk.judge(face, "happy", "tired")).isEqualTo(Desk.Answer.NOTED);
      assertThat(desk.said(face)).isEqualTo("happy");
      assertThatThrownBy(() -> desk.judge(face, "joyful", "happy"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> desk.judge("../labels", "happy", ""))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void oneNameSitsAtOneDesk() {
    try (Desk kim = desk("kim");
        Desk lee = desk("lee")) {
      assertThatThrownBy(() -> desk("kim"))
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("kim is annotating this set in another process");
      kim.judge(kim.next(null), "happy", "");
      assertThat(lee.done()).isZero();
    }
    desk("kim").close();
  }

  @Test
  void namesThatLeadElsewhere() {
    for (String name : List.of("../kim", "a/b", ".kim", "", " ", "a\nb", "a\0", "k".repeat(41))) {
      assertThatThrownBy(() -> desk(name))
          .as(name)
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("no name for an annotator");
    }
    assertThat(set.folder().resolve("annotations")).doesNotExist();
    desk("Zoë-2").close();
  }

  @Test
  void aLineThatAKillHasCutOffIsForgotten() throws IOException {
    String face;
    try (Desk desk = desk("kim")) {
      face = desk.next(null);
      desk.judge(face, "tired", "");
    }
    String whole = Files.readString(file("kim"));
    Files.writeString(file("kim"), "2026-11-25T16:00:00Z," + face, StandardOpenOption.APPEND);
    assertThat(Judgements.read(set).byAnnotator().get("kim")).hasSize(1);
    try (Desk desk = desk("kim")) {
      assertThat(desk.done()).isEqualTo(1);
      desk.judge(desk.next(null), "happy", "");
    }
    assertThat(Files.readString(file("kim")).lines()).hasSize(3);
    assertThat(Files.readString(file("kim"))).startsWith(whole);
    Files.writeString(file("kim"), whole.replace("tired", "weary") + "\n");
    assertThatThrownBy(() -> desk("kim"))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("kim.csv line 2");
    Files.writeString(file("kim"), "something else\n");
    assertThatThrownBy(() -> desk("kim")).isInstanceOf(DrsnException.class);
    assertThat(file("kim")).hasContent("something else");
  }

  @Test
  void theFirstAnnotatorsLabelsAreEverybodys() {
    LabelSet own = LabelSet.parse("labels: [{name: calm}, {name: lively}]", "own");
    try (Desk desk = Desk.of(set, "kim", own)) {
      desk.judge(desk.next(null), "lively", "");
    }
    try (Desk desk = desk("lee")) {
      assertThat(desk.labels().names()).containsExactly("calm", "lively");
    }
    assertThatThrownBy(() -> Desk.of(set, "max", LabelSet.standard()))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("calm, lively");
  }
}
