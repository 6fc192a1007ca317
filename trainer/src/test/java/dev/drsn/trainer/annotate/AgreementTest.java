package dev.drsn.trainer.annotate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.collect.FaceSet;
import dev.drsn.trainer.data.DataSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgreementTest {

  @TempDir Path folder;
  private FaceSet set;

  @BeforeEach
  void makeFaces() throws Exception {
    set = Faces.of(folder, 6);
  }

  /** Judges the set's faces in its order; a dash leaves one out, x is ambiguous. */
  private void says(String annotator, String letters) {
    try (Desk desk = Desk.of(set, annotator, null)) {
      for (int i = 0; i < letters.length(); i++) {
        String judgement =
            switch (letters.charAt(i)) {
              case 'f' -> "focused";
              case 't' -> "tired";
              case 'h' -> "happy";
              case 'x' -> LabelSet.AMBIGUOUS;
              default -> "";
            };
        if (!judgement.isEmpty()) {
          desk.judge(set.rows().get(i).id(), judgement, "");
        }
      }
    }
  }

  private Agreement agreement() {
    return Agreement.of(set, Judgements.read(set), 0);
  }

  private static String states(Agreement agreement) {
    return agreement.verdicts().stream()
        .map(v -> v.state().name().substring(0, 1))
        .collect(Collectors.joining());
  }

  @Test
  void threeAnnotators() {
    says("a", "fthfxf");
    says("b", "fthtxt");
    says("c", "ftthxx");
    Agreement agreement = agreement();
    // The fifth is ambiguous by majority, the fourth and sixth for want of one.
    assertThat(states(agreement)).isEqualTo("MMMDDD");
    assertThat(agreement.kappa().subjects()).isEqualTo(6);
    assertThat(agreement.kappa().judgements()).isEqualTo(3);
    // By hand: P = (1 + 1 + 1/3 + 0 + 1 + 0) / 6; 5 f, 6 t, 3 h and 4 x of 18.
    double p = (3 + 1 / 3.0) / 6;
    double e = (25 + 36 + 9 + 16) / 324.0;
    assertThat(agreement.kappa().kappa()).isCloseTo((p - e) / (1 - e), within(1e-12));
    DataSet data = agreement.data(set);
    assertThat(data.labels()).hasSize(6);
    assertThat(data.samples()).hasSize(3);
    assertThat(data.samples().get(2).target()).containsExactly(0, 0, 0, 0, 1 / 3f, 2 / 3f);
    assertThat(data.samples().get(2).subject()).isEqualTo(set.rows().get(2).subject());
  }

  @Test
  void anAnnotatorWhoStoppedHalfWay() {
    says("a", "ffftth");
    says("b", "ffftth");
    says("c", "fft---");
    Agreement agreement = agreement();
    assertThat(states(agreement)).isEqualTo("MMMMMM");
    assertThat(agreement.kappa().subjects()).isEqualTo(3);
    assertThat(agreement.kappa().judgements()).isEqualTo(3);
    says("d", "f-----");
    assertThat(agreement().kappa().judgements()).as("as most faces have").isEqualTo(2);
  }

  @Test
  void oneJudgementIsEnoughOnlyWhereThereIsOneAnnotator() {
    says("a", "fth---");
    assertThat(states(agreement())).isEqualTo("MMMOOO");
    assertThat(agreement().kappa()).isNull();
    says("b", "f-----");
    assertThat(states(agreement())).isEqualTo("MOOOOO");
    assertThatThrownBy(() -> Agreement.of(set, Judgements.read(set), 3))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("2 annotators");
  }

  @Test
  void whatIsSettledCounts() throws Exception {
    says("a", "ffffff");
    says("b", "ttttff");
    Agreement before = agreement();
    assertThat(states(before)).isEqualTo("DDDDMM");
    try (Desk desk = Desk.settling(set, Judgements.read(set), before)) {
      assertThat(desk.size()).isEqualTo(4);
      String first = set.rows().getFirst().id();
      assertThat(desk.note(first)).isEqualTo("a: focused, b: tired");
      desk.judge(first, "tired", "");
      desk.judge(set.rows().get(1).id(), LabelSet.AMBIGUOUS, "");
      assertThat(desk.file(set.rows().get(5).id())).as("nobody asks about it").isNull();
    }
    Agreement after = agreement();
    assertThat(states(after)).isEqualTo("SLDDMM");
    DataSet data = after.data(set);
    assertThat(data.samples()).hasSize(3);
    assertThat(data.samples().getFirst().target()[4]).isEqualTo(1);
    assertThat(after.kappa().kappa()).isEqualTo(before.kappa().kappa());
    Path csv = folder.resolve("ambiguous.csv");
    after.writeDisputed(csv);
    assertThat(Files.readAllLines(csv))
        .hasSize(3)
        .startsWith("path,focused,distracted,curious,confused,tired,happy,ambiguous")
        .endsWith(set.rows().get(3).path() + ",1,0,0,0,1,0,0");
  }

  @Test
  void whatIsWrittenIsADataSet() {
    says("a", "ffthhh");
    says("b", "ffthht");
    DataSet data = agreement().data(set);
    data.writeManifest(set.folder().resolve(DataSet.MANIFEST));
    DataSet read = DataSet.open(set.folder());
    assertThat(read.labels()).isEqualTo(LabelSet.standard().names());
    assertThat(read.counts()).containsExactly(2, 0, 0, 0, 1, 2);
    assertThat(read.hasSubjects()).isTrue();
    assertThat(read.samples().getFirst().source().read().width()).isEqualTo(32);
  }

  @Test
  void nobodyAndNothing() {
    assertThatThrownBy(() -> Judgements.read(set))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("nobody has judged")
        .hasMessageContaining("annotate");
    says("a", "------");
    assertThatThrownBy(() -> Judgements.read(set)).isInstanceOf(DrsnException.class);
    says("a", "fttfff");
    says("b", "tfffft".replace('f', 'h'));
    assertThat(states(agreement())).isEqualTo("DDDDDD");
    assertThatThrownBy(() -> agreement().data(set))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("--settle");
    assertThat(List.of(set.folder().resolve(DataSet.MANIFEST))).noneMatch(Files::exists);
  }
}
