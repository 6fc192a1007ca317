package dev.drsn.bench;

import dev.drsn.bench.contender.Answer;
import dev.drsn.bench.contender.Case;
import dev.drsn.bench.contender.Contender;
import dev.drsn.bench.contender.DrsnInference;
import dev.drsn.bench.contender.DrsnTraining;
import dev.drsn.bench.contender.Peer;
import dev.drsn.bench.result.Cell;
import dev.drsn.bench.result.Launch;
import dev.drsn.bench.time.Effort;
import dev.drsn.bench.time.Others;
import dev.drsn.bench.time.Rounds;
import dev.drsn.bench.time.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures one cell in a process of its own, so that no cell meets code that the compiler made for
 * another one: a {@link Job} as JSON on standard input, a {@link Launch} as JSON on standard
 * output.
 */
final class CellProcess {

  /**
   * What to measure.
   *
   * @param peers in the order of their turns, behind drsn
   */
  record Job(Cell cell, List<Peer> peers, Effort effort) {}

  private CellProcess() {}

  /** Reads the job, writes the launch. */
  public static void main(String[] args) throws IOException {
    JsonMapper json = new JsonMapper();
    Job job = json.readValue(System.in, Job.class);
    Launch launch;
    try {
      launch = measure(job);
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      launch = Launch.failed(String.valueOf(e.getMessage()));
    }
    System.out.println();
    System.out.println(json.writeValueAsString(launch));
    System.out.flush();
    // Thread pools of peers must not keep the process.
    Runtime.getRuntime().halt(0);
  }

  /** Compares answers first, then times. */
  static Launch measure(Job job) {
    Cell cell = job.cell();
    Case of = Case.of(cell.spec(), cell.batch(), cell.threads());
    Rounds rounds = new Rounds(job.effort());
    List<Contender> contenders = new ArrayList<>();
    Map<String, Double> differences = new LinkedHashMap<>();
    try {
      Contender drsn = cell.trains() ? new DrsnTraining(of) : new DrsnInference(of);
      contenders.add(drsn);
      drsn.run();
      for (Peer peer : job.peers()) {
        List<Contender> forms = peer.forms(of, cell.trains());
        for (Contender form : forms) {
          form.run();
          compare(form, drsn, differences);
        }
        contenders.add(forms.size() == 1 ? forms.getFirst() : rounds.fastest(forms));
      }
      Others others = new Others();
      List<Samples> samples = rounds.run(contenders);
      Map<String, double[]> times = new LinkedHashMap<>();
      Map<String, String> forms = new LinkedHashMap<>();
      for (int i = 0; i < contenders.size(); i++) {
        times.put(contenders.get(i).name(), samples.get(i).all());
        forms.put(contenders.get(i).name(), contenders.get(i).form());
      }
      return new Launch(times, forms, differences, others.processors(), null);
    } finally {
      contenders.forEach(Contender::close);
    }
  }

  private static void compare(Contender peer, Contender drsn, Map<String, Double> differences) {
    String who = peer.name() + " (" + peer.form() + ")";
    List<Answer> expected = drsn.answers();
    List<Answer> answers = peer.answers();
    for (int i = 0; i < expected.size(); i++) {
      double difference = answers.get(i).check(who, expected.get(i));
      differences.merge(answers.get(i).what(), difference, Math::max);
    }
  }
}
