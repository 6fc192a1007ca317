package dev.drsn.trainer.collect;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Image;
import dev.drsn.trainer.data.DataSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A folder of faces that were collected:
 *
 * <pre>
 *   faces.csv              a line a face
 *   faces/ID.png           grey, square, all of one size
 *   private/sources.csv    which random name is which file: not to be given away
 *   private/build.yaml     the options and the seed: not to be given away
 *   annotations/NAME.csv   what each annotator said
 *   labels.yaml            the labels to choose from
 *   manifest.csv           faces that are agreed on: what drsn train reads
 * </pre>
 *
 * @param rows in the order in which they were collected
 */
public record FaceSet(Path folder, List<FaceRow> rows) {

  static final String FACES = "faces";
  static final String PRIVATE = "private";

  private static final List<String> COLUMNS =
      List.of(
          "path",
          "sha256",
          "dhash",
          "subject",
          "source",
          "frame",
          "seconds",
          "x",
          "y",
          "width",
          "height",
          "score",
          "sharpness",
          "brightness",
          "contrast",
          "roll",
          "turn");
  private static final List<String> SOURCE_COLUMNS =
      List.of(
          "source",
          "path",
          "sha256",
          "frames",
          "searched",
          "seen",
          "tracks",
          "faces",
          "poor",
          "alike",
          "unreadable");
  private static final Pattern PATH = Pattern.compile(FACES + "/[0-9a-f]{8,64}\\.png");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  public FaceSet {
    rows = List.copyOf(rows);
  }

  /**
   * Opens a set.
   *
   * @throws DrsnException where there is none, none with faces, or its table is damaged
   */
  public static FaceSet open(Path folder) {
    if (!Files.exists(folder.resolve(DataSet.UNLABELLED))) {
      throw new DrsnException(
          folder
              + " has no "
              + DataSet.UNLABELLED
              + "; name a folder that 'drsn dataset build' has made");
    }
    FaceSet set = new FaceSet(folder, rows(folder));
    if (set.rows.isEmpty()) {
      throw new DrsnException(folder + " has no faces; build it from other videos");
    }
    return set;
  }

  static List<FaceRow> rows(Path folder) {
    Path file = folder.resolve(DataSet.UNLABELLED);
    List<FaceRow> rows = Table.read(file, COLUMNS, FaceSet::row);
    Set<String> paths = new HashSet<>();
    for (FaceRow row : rows) {
      if (!paths.add(row.path())) {
        throw new DrsnException(file + " lists " + row.path() + " a second time; remove one line");
      }
    }
    return rows;
  }

  private static FaceRow row(Table.Line line) {
    String path = line.text("path");
    // Pages are asked for faces by name: no other file may get into the table.
    if (!PATH.matcher(path).matches()) {
      throw line.wrong("path is " + FACES + "/ID.png, not " + path, null);
    }
    for (String column : List.of("sha256", "dhash")) {
      if (!DIGEST.matcher(line.text(column)).matches()) {
        throw line.wrong(column + " is not 64 hexadecimal digits", null);
      }
    }
    int width = (int) line.whole("width");
    int height = (int) line.whole("height");
    if (width < 1 || height < 1) {
      throw line.wrong("the box has no extent", null);
    }
    return new FaceRow(
        path,
        line.text("sha256"),
        line.text("dhash"),
        line.text("subject"),
        line.text("source"),
        line.whole("frame"),
        line.number("seconds"),
        new Box((int) line.whole("x"), (int) line.whole("y"), width, height),
        line.number("score"),
        line.number("sharpness"),
        line.number("brightness"),
        line.number("contrast"),
        line.numberOrNone("roll"),
        line.numberOrNone("turn"));
  }

  static void write(Path folder, List<FaceRow> rows) {
    Table.write(
        folder.resolve(DataSet.UNLABELLED),
        COLUMNS,
        rows,
        r ->
            List.of(
                r.path(),
                r.sha256(),
                r.dhash(),
                r.subject(),
                r.source(),
                Long.toString(r.frame()),
                Table.number("%.3f", r.seconds()),
                Integer.toString(r.box().x()),
                Integer.toString(r.box().y()),
                Integer.toString(r.box().width()),
                Integer.toString(r.box().height()),
                Table.number("%.3f", r.score()),
                Table.number("%.4f", r.sharpness()),
                Table.number("%.4f", r.brightness()),
                Table.number("%.4f", r.contrast()),
                Table.number("%.1f", r.roll()),
                Table.number("%.3f", r.turn())));
  }

  static List<SourceRow> sources(Path folder) {
    return Table.read(
        folder.resolve(PRIVATE).resolve("sources.csv"),
        SOURCE_COLUMNS,
        line ->
            new SourceRow(
                line.text("source"),
                line.text("path"),
                line.text("sha256"),
                line.whole("frames"),
                line.whole("searched"),
                line.whole("seen"),
                (int) line.whole("tracks"),
                (int) line.whole("faces"),
                (int) line.whole("poor"),
                (int) line.whole("alike"),
                line.whole("unreadable")));
  }

  static void writeSources(Path folder, List<SourceRow> sources) {
    Table.write(
        folder.resolve(PRIVATE).resolve("sources.csv"),
        SOURCE_COLUMNS,
        sources,
        s ->
            List.of(
                s.id(),
                s.path(),
                s.sha256(),
                Long.toString(s.frames()),
                Long.toString(s.searched()),
                Long.toString(s.seen()),
                Integer.toString(s.tracks()),
                Integer.toString(s.faces()),
                Integer.toString(s.poor()),
                Integer.toString(s.alike()),
                Long.toString(s.unreadable())));
  }

  /** The file of a face. */
  public Path file(FaceRow row) {
    return folder.resolve(row.path());
  }

  /**
   * Makes sure that every face's file is what the table says.
   *
   * @throws DrsnException for the first that is missing or was changed
   */
  public void verify() {
    for (FaceRow row : rows) {
      if (!Keys.sha256(Image.readBytes(file(row))).equals(row.sha256())) {
        throw new DrsnException(
            file(row) + " was changed since it was collected; restore it, or remove its line");
      }
    }
  }
}
