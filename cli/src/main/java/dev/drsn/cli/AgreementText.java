package dev.drsn.cli;

import dev.drsn.trainer.annotate.Agreement;
import dev.drsn.trainer.annotate.Agreement.State;
import dev.drsn.trainer.annotate.FleissKappa;
import dev.drsn.trainer.annotate.Judgements;
import dev.drsn.trainer.annotate.LabelSet;
import dev.drsn.trainer.collect.FaceSet;
import dev.drsn.trainer.data.DataSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** How far annotators agree, for people and for programs. */
final class AgreementText {

  private final FaceSet set;
  private final Judgements judgements;
  private final Agreement agreement;

  AgreementText(FaceSet set, Judgements judgements, Agreement agreement) {
    this.set = set;
    this.judgements = judgements;
    this.agreement = agreement;
  }

  /** What a reader of the figures must know, a line each. */
  List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    int faces = set.rows().size();
    judgements
        .byAnnotator()
        .forEach(
            (name, said) -> {
              if (said.size() < faces) {
                remarks.add(
                    name
                        + " has judged "
                        + said.size()
                        + " of "
                        + faces
                        + " faces; 'drsn dataset annotate' goes on");
              }
            });
    FleissKappa kappa = agreement.kappa();
    if (kappa == null) {
      remarks.add(
          "no two annotators have judged the same face: there is no kappa"
              + (judgements.byAnnotator().size() == 1
                  ? ", and one person's word is the label"
                  : ""));
    } else if (kappa.subjects() < faces) {
      remarks.add(
          "kappa is over the "
              + kappa.subjects()
              + " faces that have "
              + kappa.judgements()
              + " judgements each");
    }
    return remarks;
  }

  /** Tables. */
  String text(DataSet labelled, Path folder) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            "%d faces, %d annotators: %d agreed by majority, %d settled, %d ambiguous, %d left out,"
                + " %d not judged often enough%n",
            set.rows().size(),
            judgements.byAnnotator().size(),
            agreement.count(State.MAJORITY),
            agreement.count(State.SETTLED),
            agreement.count(State.DISPUTED),
            agreement.count(State.LEFT_OUT),
            agreement.count(State.OPEN)));
    FleissKappa kappa = agreement.kappa();
    if (kappa != null) {
      text.append(
          String.format(
              Locale.ROOT,
              "Fleiss' kappa %s: %.1f %% of pairs agree, %.1f %% would by chance%n",
              number(kappa.kappa()),
              100 * kappa.agreement(),
              100 * kappa.chance()));
    }
    text.append(String.format("%-14s %8s %8s%n", "label", "faces", "kappa"));
    List<String> names = agreement.labels().names();
    int[] counts = labelled.counts();
    for (int k = 0; k <= names.size(); k++) {
      boolean label = k < names.size();
      text.append(
          String.format(
              "%-14s %8s %8s%n",
              label ? names.get(k) : LabelSet.AMBIGUOUS,
              label ? counts[k] : "-",
              kappa == null ? "-" : number(kappa.ofCategory()[k])));
    }
    text.append(String.format("%-14s %8s %13s%n", "annotator", "judged", "as agreed"));
    judgements
        .byAnnotator()
        .forEach(
            (name, said) ->
                text.append(String.format("%-14s %8d %13s%n", name, said.size(), share(said))));
    text.append("written: ").append(folder.resolve(DataSet.MANIFEST));
    if (agreement.count(State.DISPUTED) > 0) {
      text.append(" and ")
          .append(folder.resolve("ambiguous.csv"))
          .append("; --settle decides what is ambiguous");
    }
    return text.toString();
  }

  /** How often an annotator has said what was agreed on. */
  private String share(Map<String, String> said) {
    int same = 0;
    int all = 0;
    for (Agreement.Verdict verdict : agreement.verdicts()) {
      String judgement = said.get(verdict.face().id());
      if (verdict.label() >= 0 && judgement != null) {
        all++;
        same += judgement.equals(agreement.labels().names().get(verdict.label())) ? 1 : 0;
      }
    }
    return all == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * same / all);
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "undefined" : String.format(Locale.ROOT, "%.3f", value);
  }

  /** The same as an object. */
  ObjectNode json(DataSet labelled) {
    ObjectNode json = Output.object().put("faces", set.rows().size());
    for (State state : State.values()) {
      json.put(state.name().toLowerCase(Locale.ROOT), agreement.count(state));
    }
    FleissKappa kappa = agreement.kappa();
    ObjectNode measure = json.putObject("kappa");
    if (kappa != null) {
      measure.put("faces", kappa.subjects()).put("judgements", kappa.judgements());
      put(measure, "kappa", kappa.kappa());
      measure.put("agreement", kappa.agreement()).put("chance", kappa.chance());
      ObjectNode labels = measure.putObject("labels");
      List<String> names = agreement.labels().names();
      for (int k = 0; k <= names.size(); k++) {
        put(labels, k < names.size() ? names.get(k) : LabelSet.AMBIGUOUS, kappa.ofCategory()[k]);
      }
    }
    ObjectNode annotators = json.putObject("annotators");
    judgements.byAnnotator().forEach((name, said) -> annotators.put(name, said.size()));
    ObjectNode classes = json.putObject("classes");
    int[] counts = labelled.counts();
    for (int k = 0; k < counts.length; k++) {
      classes.put(labelled.labels().get(k), counts[k]);
    }
    return json;
  }

  private static void put(ObjectNode json, String key, double value) {
    if (Double.isNaN(value)) {
      json.putNull(key);
    } else {
      json.put(key, value);
    }
  }
}
