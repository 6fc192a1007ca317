package dev.drsn.trainer.annotate;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.trainer.collect.FaceRow;
import dev.drsn.trainer.collect.FaceSet;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.ImageSource;
import dev.drsn.trainer.data.Part;
import dev.drsn.trainer.data.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What annotators agree on. A face has the label that more than half of its judgements name, where
 * at least {@code least} have judged it; "ambiguous" is a judgement like others. Without such a
 * label it is disputed, until it is settled; what was settled counts whatever was said before.
 *
 * <p>Kappa is over the faces that were judged equally often, by as many annotators as most faces
 * were, and counts "ambiguous" as a category of its own.
 *
 * @param verdicts a face each, in the set's order
 * @param kappa null where no two annotators have judged the same face
 */
public record Agreement(LabelSet labels, int least, List<Verdict> verdicts, FleissKappa kappa) {

  /** What is the matter with a face. */
  public enum State {
    /** More than half agree on a label. */
    MAJORITY,
    /** It was talked over, and has a label. */
    SETTLED,
    /** No label has a majority. */
    DISPUTED,
    /** It was talked over, and has no label: it is left out. */
    LEFT_OUT,
    /** Too few have judged it. */
    OPEN
  }

  /**
   * One face.
   *
   * @param votes a count a label, and that of ambiguous last
   * @param label index of the label, -1 where it has none
   */
  public record Verdict(FaceRow face, int[] votes, State state, int label) {
    int judgements() {
      return Arrays.stream(votes).sum();
    }
  }

  public Agreement {
    verdicts = List.copyOf(verdicts);
  }

  /**
   * Counts what was said.
   *
   * @param least judgements that a face needs; 0 for two, or one where there is one annotator
   */
  public static Agreement of(FaceSet set, Judgements judgements, int least) {
    int needed = least > 0 ? least : Math.min(2, judgements.byAnnotator().size());
    if (needed > judgements.byAnnotator().size()) {
      throw new DrsnException(
          "faces need "
              + needed
              + " judgements and there are "
              + judgements.byAnnotator().size()
              + " annotators; let more people annotate, or give a smaller --least");
    }
    List<String> names = judgements.labels().names();
    List<Verdict> verdicts = new ArrayList<>();
    for (FaceRow row : set.rows()) {
      int[] votes = new int[names.size() + 1];
      for (Map<String, String> said : judgements.byAnnotator().values()) {
        String judgement = said.get(row.id());
        if (judgement != null) {
          votes[index(names, judgement)]++;
        }
      }
      verdicts.add(verdict(row, votes, judgements.settled().get(row.id()), names, needed));
    }
    return new Agreement(judgements.labels(), needed, verdicts, kappa(verdicts));
  }

  private static int index(List<String> names, String judgement) {
    int index = names.indexOf(judgement);
    return index < 0 ? names.size() : index;
  }

  private static Verdict verdict(
      FaceRow row, int[] votes, String settled, List<String> names, int needed) {
    if (settled != null) {
      int label = names.indexOf(settled);
      return new Verdict(row, votes, label < 0 ? State.LEFT_OUT : State.SETTLED, label);
    }
    int judgements = Arrays.stream(votes).sum();
    if (judgements < needed) {
      return new Verdict(row, votes, State.OPEN, -1);
    }
    for (int k = 0; k < names.size(); k++) {
      if (2 * votes[k] > judgements) {
        return new Verdict(row, votes, State.MAJORITY, k);
      }
    }
    return new Verdict(row, votes, State.DISPUTED, -1);
  }

  private static FleissKappa kappa(List<Verdict> verdicts) {
    TreeMap<Integer, List<int[]>> byCount = new TreeMap<>();
    for (Verdict verdict : verdicts) {
      if (verdict.judgements() >= 2) {
        byCount.computeIfAbsent(verdict.judgements(), _ -> new ArrayList<>()).add(verdict.votes);
      }
    }
    List<int[]> most = List.of();
    for (List<int[]> votes : byCount.values()) {
      most = votes.size() >= most.size() ? votes : most;
    }
    return most.isEmpty() ? null : FleissKappa.of(most.toArray(int[][]::new));
  }

  /** How many faces are in a state. */
  public int count(State state) {
    return (int) verdicts.stream().filter(v -> v.state == state).count();
  }

  /** Faces to be talked over. */
  public List<Verdict> disputed() {
    return verdicts.stream().filter(v -> v.state == State.DISPUTED).toList();
  }

  /**
   * The faces that have a label, as what {@code drsn train} reads: soft labels are the shares of
   * the votes for labels, of a settled face its label alone.
   *
   * @throws DrsnException where there are none
   */
  public DataSet data(FaceSet set) {
    int classes = labels.labels().size();
    List<Sample> samples = new ArrayList<>();
    for (Verdict v : verdicts) {
      if (v.label < 0) {
        continue;
      }
      float[] target = new float[classes];
      int sum = 0;
      for (int k = 0; k < classes; k++) {
        sum += v.votes[k];
      }
      for (int k = 0; k < classes; k++) {
        boolean settled = v.state == State.SETTLED;
        target[k] = settled ? (k == v.label ? 1 : 0) : (float) v.votes[k] / sum;
      }
      FaceRow row = v.face;
      ImageSource source = new ImageSource.OnDisk(set.file(row));
      samples.add(new Sample(row.path(), source, v.label, target, row.subject(), Part.NONE));
    }
    if (samples.isEmpty()) {
      throw new DrsnException(
          "no face of "
              + set.folder()
              + " has a label that is agreed on yet; let more people annotate, or --settle");
    }
    return new DataSet(set.folder().toString(), labels.names(), samples);
  }

  /** Writes the disputed faces with their votes as CSV. */
  public void writeDisputed(Path file) {
    StringBuilder text = new StringBuilder("path");
    labels.names().forEach(name -> text.append(',').append(name));
    text.append(',').append(LabelSet.AMBIGUOUS).append('\n');
    for (Verdict v : disputed()) {
      text.append(v.face.path());
      for (int votes : v.votes) {
        text.append(',').append(votes);
      }
      text.append('\n');
    }
    AtomicFile.write(file, text.toString());
  }
}
