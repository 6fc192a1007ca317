package dev.drsn.trainer.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import dev.drsn.trainer.synth.Levels;
import dev.drsn.trainer.synth.SynthDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of drawn faces, each of which fills its picture. */
class CollectorTest {
  private static final SynthDataset DRAWN =
      new SynthDataset(new SynthDataset.Options(48, 4, 96, 3, Levels.CLEAN));
  private static final CollectOptions OPTIONS =
      new CollectOptions(64, 0, 0, 0.1, 1000, 4, 0.05, false);

  @TempDir Path folder;
  private final List<String> notes = new ArrayList<>();
  private Path clips;

  /** Two clips of a person each: three expressions, four frames each. */
  @BeforeEach
  void draw() {
    clips = folder.resolve("clips");
    clip("anna", 0);
    clip("ben", 1);
  }

  private void clip(String name, int subject) {
    List<Image> looks = new ArrayList<>();
    int wanted = DRAWN.subjects().get(subject).id();
    for (int i = 0; i < 48 && looks.size() < 3; i++) {
      if (DRAWN.picture(i).subject().id() == wanted) {
        looks.add(new Image(96, 96, 1, DRAWN.pixels(i)));
      }
    }
    Path to = clips.resolve(name);
    try {
      Files.createDirectories(to);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    for (int i = 0; i < 12; i++) {
      looks.get(i / 4).write(to.resolve(String.format("%02d.png", i)));
    }
  }

  private Collector collector(Path out, CollectOptions options, String who, BooleanSupplier stop) {
    return new Collector(
        out,
        options,
        Subjects.of(who),
        _ -> FaceDetector.none(),
        stop,
        new Collector.Listener() {
          @Override
          public void searching() {}

          @Override
          public void note(String line) {
            notes.add(line);
          }
        });
  }

  private Collector.Result collect(Path out) {
    return collector(out, OPTIONS, "track", () -> false).collect(List.of(clips), 7L, 0, false);
  }

  private Map<String, String> content(Path out) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(out.relativize(file).toString(), Keys.sha256(Files.readAllBytes(file)));
      }
    }
    return content;
  }

  @Test
  void everyLookIsKeptOnceWithWhatIsKnownOfIt() {
    Path out = folder.resolve("out");
    Collector.Result result = collect(out);
    assertThat(result.finished()).isTrue();
    assertThat(result.faces()).isEqualTo(6);
    assertThat(result.subjects()).isEqualTo(2);
    FaceSet set = FaceSet.open(out);
    set.verify();
    assertThat(set.rows()).hasSize(6);
    for (FaceRow row : set.rows()) {
      Image face = Image.read(set.file(row));
      assertThat(face.width()).isEqualTo(64);
      assertThat(face.channels()).isEqualTo(1);
      assertThat(row.dhash()).isEqualTo(DifferenceHash.of(face).toString());
      assertThat(row.box().width()).isEqualTo(96);
      assertThat(row.seconds()).isEqualTo((double) row.frame());
      assertThat(row.sharpness()).isPositive();
      assertThat(row.roll()).isNaN();
    }
    assertThat(set.rows().stream().map(row -> row.frame() / 4))
        .containsExactly(0L, 1L, 2L, 0L, 1L, 2L);
    assertThat(FaceSet.sources(out))
        .allMatch(s -> s.frames() == 12 && s.tracks() == 1 && s.faces() == 3);
  }

  @Test
  void whatIsGivenAwayDoesNotTellWhoItIs() throws IOException {
    Path out = folder.resolve("out");
    collect(out);
    String table = Files.readString(out.resolve("faces.csv"));
    assertThat(table).doesNotContain("anna", "ben", folder.toString());
    assertThat(Files.readString(out.resolve("private/sources.csv"))).contains("anna");
  }

  @Test
  void equalSeedsGiveEqualFilesAndOthersGiveOtherNames() throws IOException {
    collect(folder.resolve("a"));
    collect(folder.resolve("b"));
    assertThat(content(folder.resolve("a"))).isEqualTo(content(folder.resolve("b")));
    collector(folder.resolve("c"), OPTIONS, "track", () -> false)
        .collect(List.of(clips), null, 8, false);
    List<String> subjects =
        FaceSet.open(folder.resolve("c")).rows().stream().map(FaceRow::subject).toList();
    assertThat(subjects)
        .doesNotContainAnyElementsOf(
            FaceSet.open(folder.resolve("a")).rows().stream().map(FaceRow::subject).toList());
  }

  @Test
  void stoppedAtAnyFrameItGoesOnToTheSameFiles() throws IOException {
    collect(folder.resolve("whole"));
    Path out = folder.resolve("parts");
    for (int frames : new int[] {3, 17, 9}) {
      int[] left = {frames};
      Collector.Result result =
          collector(out, OPTIONS, "track", () -> left[0]-- <= 0)
              .collect(List.of(clips), 7L, 0, false);
      assertThat(result.finished()).isFalse();
    }
    assertThat(FaceSet.open(out).rows()).hasSize(3);
    // As after a kill between the two tables: a source's faces are listed, the source is not.
    List<FaceRow> rows = new ArrayList<>(FaceSet.rows(out));
    FaceRow last = rows.getLast();
    rows.add(
        new FaceRow(
            "faces/000000000000.png",
            last.sha256(),
            last.dhash(),
            last.subject(),
            "v0",
            0,
            0,
            last.box(),
            1,
            1,
            1,
            1,
            1,
            1));
    FaceSet.write(out, rows);
    assertThat(collect(out).finished()).isTrue();
    assertThat(content(out)).isEqualTo(content(folder.resolve("whole")));
    assertThat(collect(out).faces()).as("once more changes nothing").isEqualTo(6);
    assertThat(content(out)).isEqualTo(content(folder.resolve("whole")));
  }

  @Test
  void aSetIsMadeWithOneSetOfOptions() {
    Path out = folder.resolve("out");
    collect(out);
    CollectOptions other = new CollectOptions(48, 0, 0, 0.1, 1000, 4, 0.05, false);
    Collector again = collector(out, other, "track", () -> false);
    assertThatThrownBy(() -> again.collect(List.of(clips), null, 0, false))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("size 64, not 48");
    assertThatThrownBy(
            () ->
                collector(out, OPTIONS, "track", () -> false).collect(List.of(clips), 9L, 0, false))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("another seed");
  }

  @Test
  void stillsAreFacesOfTheirOwn() {
    CollectOptions stills = new CollectOptions(64, 0, 0, 0.1, 1000, 0, 0.05, true);
    Collector.Result result =
        collector(folder.resolve("out"), stills, "track", () -> false)
            .collect(List.of(clips), 7L, 0, false);
    assertThat(result.faces()).as("equal pictures are one").isEqualTo(6);
    assertThat(result.subjects()).isEqualTo(6);
    assertThat(result.sources()).allMatch(s -> s.alike() == 9);
  }

  @Test
  void aTableSaysWhoIsWho() throws IOException {
    Path table = Files.writeString(folder.resolve("who.csv"), "source,subject\nanna,7\nben,7\n");
    Collector.Result one =
        collector(folder.resolve("out"), OPTIONS, table.toString(), () -> false)
            .collect(List.of(clips), 7L, 0, false);
    assertThat(one.subjects()).isEqualTo(1);
    Files.writeString(table, "source,subject\nanna,7\n");
    Collector lacking = collector(folder.resolve("b"), OPTIONS, table.toString(), () -> false);
    assertThatThrownBy(() -> lacking.collect(List.of(clips), 7L, 0, false))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("does not say who is in")
        .hasMessageContaining("ben");
    Files.writeString(table, "source,subject\nanna,7\nanna,8\n");
    assertThatThrownBy(() -> Subjects.of(table.toString()))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("who.csv line 3");
  }

  @Test
  void aBrokenPictureCostsItselfAndTheSameClipTwiceIsOne() throws IOException {
    Files.writeString(clips.resolve("anna/05.png"), "not a picture");
    Path copy = Files.createDirectories(folder.resolve("copy"));
    try (Stream<Path> files = Files.list(clips.resolve("ben"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    Collector.Result result =
        collector(folder.resolve("out"), OPTIONS, "track", () -> false)
            .collect(List.of(clips, copy), 7L, 0, false);
    assertThat(result.faces()).isEqualTo(6);
    assertThat(result.sources().getFirst().unreadable()).isEqualTo(1);
    assertThat(notes).hasSize(2);
    assertThat(notes.getFirst()).contains("left out", "05.png");
    assertThat(notes.getLast()).contains("copy is the same as", "ben");
    Collector strict = collector(folder.resolve("strict"), OPTIONS, "track", () -> false);
    assertThatThrownBy(() -> strict.collect(List.of(clips), 7L, 0, true))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("05.png");
    assertThat(folder.resolve("strict")).doesNotExist();
  }

  @Test
  void aFolderOfSomethingElseIsLeftAlone() throws IOException {
    Path out = Files.createDirectories(folder.resolve("out"));
    Path mine = Files.writeString(out.resolve("mine.txt"), "precious");
    assertThatThrownBy(() -> collect(out))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("no set of faces");
    assertThat(mine).hasContent("precious");
    assertThat(out.resolve("private")).doesNotExist();
  }

  @Test
  void damagedTables() throws IOException {
    Path out = folder.resolve("out");
    collect(out);
    Path table = out.resolve("faces.csv");
    String whole = Files.readString(table);
    String line = whole.lines().skip(1).findFirst().orElseThrow();
    damaged(out, whole.replace("sha256", "sha"), "no column sha256");
    damaged(
        out, whole + "faces/../../etc/passwd.png" + line.substring(22) + "\n", "line 8", "path");
    damaged(out, whole + line + "\n", "second time");
    damaged(out, whole + "faces/0000aaaa.png,1\n", "line 8", "2 columns");
    damaged(out, whole.replace(",96,96,", ",0,96,"), "line 2", "no extent");
    damaged(out, whole.replace("0.000,0,0,", "then,0,0,"), "line 2", "seconds is not a number");
    damaged(out, whole + "\"never closed\n", "line 8");
    Files.writeString(table, whole);
    Files.writeString(FaceSet.open(out).file(FaceSet.open(out).rows().get(2)), "other");
    assertThatThrownBy(() -> FaceSet.open(out).verify())
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("was changed");
  }

  private static void damaged(Path out, String table, String... parts) throws IOException {
    Files.writeString(out.resolve("faces.csv"), table);
    assertThatThrownBy(() -> FaceSet.open(out))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("faces.csv")
        .message()
        .contains(parts);
  }
}
