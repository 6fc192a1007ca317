package dev.drsn.trainer.annotate;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.OnlyOne;
import dev.drsn.trainer.collect.FaceRow;
import dev.drsn.trainer.collect.FaceSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where one annotator sits: the faces in an order of the annotator's own, and what was said of
 * them. Everything said is on the disk before the answer. Any thread.
 *
 * <p>The order is that of {@code hash(annotator, face)}: neighbours in a video do not follow one
 * another, no two annotators get tired at the same faces, and faces that are added later change
 * nothing in the order of the others.
 */
public final class Desk implements AutoCloseable {

  static final String FOLDER = "annotations";

  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,39}");

  /** What became of a judgement. */
  public enum Answer {
    NOTED,
    /** Something else was said of the face since the page was made. */
    MEANWHILE
  }

  private final String title;
  private final LabelSet labels;
  private final Map<String, FaceRow> faces;
  private final Map<String, String> notes;
  private final FaceSet set;
  private final Journal journal;
  private final OnlyOne place;

  private Desk(
      String title,
      LabelSet labels,
      FaceSet set,
      List<FaceRow> order,
      Map<String, String> notes,
      Journal journal,
      OnlyOne place) {
    this.title = title;
    this.labels = labels;
    this.set = set;
    this.faces = new LinkedHashMap<>();
    order.forEach(row -> faces.put(row.id(), row));
    this.notes = Map.copyOf(notes);
    this.journal = journal;
    this.place = place;
  }

  /**
   * An annotator's.
   *
   * @param wanted the labels to choose from; null for those of the set, the six learning
   *     expressions where it has none yet
   * @throws DrsnException for a name that is none, or one who sits somewhere already
   */
  public static Desk of(FaceSet set, String annotator, LabelSet wanted) {
    if (!NAME.matcher(annotator).matches()) {
      throw new DrsnException(
          "'"
              + annotator.replaceAll("\\p{Cntrl}", "?")
              + "' is no name for an annotator: up to 40 letters, digits, dots, dashes");
    }
    OnlyOne place = place(set, "annotator-" + annotator, annotator + " is annotating");
    try {
      LabelSet labels = LabelSet.of(set.folder().resolve("labels.yaml"), wanted);
      Files.createDirectories(set.folder().resolve(FOLDER));
      Path file = set.folder().resolve(FOLDER).resolve(annotator + ".csv");
      Journal journal = Journal.open(file, ids(set.rows()), Judgements.words(labels));
      List<FaceRow> order = Judgements.shuffled(set.rows(), annotator);
      return new Desk(annotator, labels, set, order, Map.of(), journal, place);
    } catch (IOException e) {
      place.close();
      throw new DrsnException("cannot write to " + set.folder() + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      place.close();
      throw e;
    }
  }

  /**
   * The desk at which those who disagreed settle what is ambiguous; nothing is asked about the
   * other faces.
   */
  public static Desk settling(FaceSet set, Judgements judgements, Agreement agreement) {
    OnlyOne place = place(set, "settling", "somebody is settling");
    try {
      Map<String, String> notes = new HashMap<>();
      agreement.disputed().forEach(v -> notes.put(v.face().id(), judgements.told(v.face().id())));
      List<FaceRow> order =
          agreement.disputed().stream()
              .map(Agreement.Verdict::face)
              .sorted(Comparator.comparing(FaceRow::path))
              .toList();
      Journal journal =
          Journal.open(
              Judgements.settledFile(set), ids(set.rows()), Judgements.words(judgements.labels()));
      return new Desk("settling", judgements.labels(), set, order, notes, journal, place);
    } catch (RuntimeException e) {
      place.close();
      throw e;
    }
  }

  private static OnlyOne place(FaceSet set, String name, String who) {
    Path folder = set.folder().resolve("private");
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new DrsnException("cannot write to " + folder + ": " + e.getMessage(), e);
    }
    return OnlyOne.at(
        folder.resolve(name + ".lock"),
        who + " this set in another process already; go on there, or end that one");
  }

  static Set<String> ids(List<FaceRow> rows) {
    return Set.copyOf(rows.stream().map(FaceRow::id).toList());
  }

  /** Who sits here. */
  public String title() {
    return title;
  }

  /** What there is to choose from. */
  public LabelSet labels() {
    return labels;
  }

  /** The file of a face, or null where there is no such face here. */
  public Path file(String face) {
    FaceRow row = faces.get(face);
    return row == null ? null : set.file(row);
  }

  /** What is to be shown beside a face; empty where nothing is. */
  public String note(String face) {
    return notes.getOrDefault(face, "");
  }

  /** How many faces there are to judge. */
  public int size() {
    return faces.size();
  }

  /** How many are judged. */
  public synchronized int done() {
    return (int) faces.keySet().stream().filter(journal.said()::containsKey).count();
  }

  /** How often each judgement was given, in the order of the labels, ambiguous last. */
  public synchronized Map<String, Integer> counts() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    labels.names().forEach(name -> counts.put(name, 0));
    counts.put(LabelSet.AMBIGUOUS, 0);
    for (String face : faces.keySet()) {
      String said = journal.said().get(face);
      if (said != null) {
        counts.merge(said, 1, Integer::sum);
      }
    }
    return counts;
  }

  /**
   * The next face that nobody here has judged: after the given one, else from the beginning on;
   * null where all are judged.
   *
   * @param after a face to be put off, or null
   */
  public synchronized String next(String after) {
    String first = null;
    boolean behind = after == null;
    for (String face : faces.keySet()) {
      if (!journal.said().containsKey(face)) {
        if (behind && !face.equals(after)) {
          return face;
        }
        first = first == null ? face : first;
      }
      behind |= face.equals(after);
    }
    return first;
  }

  /** What was said of a face, empty for nothing yet. */
  public synchronized String said(String face) {
    return journal.said().getOrDefault(face, "");
  }

  /** The face that was judged last, or null. */
  public synchronized String last() {
    for (String face : journal.said().reversed().keySet()) {
      if (faces.containsKey(face)) {
        return face;
      }
    }
    return null;
  }

  /**
   * Notes what is said of a face.
   *
   * @param before what the annotator's page showed as said of it, empty for nothing
   * @throws IllegalArgumentException for a face or judgement that there is not
   */
  public synchronized Answer judge(String face, String judgement, String before) {
    if (!faces.containsKey(face) || !Judgements.words(labels).contains(judgement)) {
      throw new IllegalArgumentException("there is no such face or label");
    }
    String said = said(face);
    if (said.equals(judgement)) {
      return Answer.NOTED;
    }
    if (!said.equals(before)) {
      return Answer.MEANWHILE;
    }
    journal.say(face, judgement);
    return Answer.NOTED;
  }

  /** Takes the last judgement back and gives its face; null where there is none. */
  public synchronized String undo() {
    String last = last();
    if (last != null) {
      journal.takeBack(last);
    }
    return last;
  }

  @Override
  public synchronized void close() {
    journal.close();
    place.close();
  }
}
