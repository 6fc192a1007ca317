package dev.drsn.bench;

import dev.drsn.bench.Rounds.Effort;
import dev.drsn.engine.network.NetworkSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One comparison: what is done with which network at which size. */
record Cell(boolean training, NetworkSpec spec, int batch, int threads) {

  /** Compares answers first, then times. */
  CellResult measure(Set<Peer> peers, Effort effort, double fmaPeak) {
    Case of = Case.of(spec, batch, threads);
    List<Contender> contenders = new ArrayList<>();
    try {
      Contender drsn = training ? new DrsnTraining(of) : new DrsnInference(of);
      contenders.add(drsn);
      drsn.run();
      Map<String, Double> differences = new LinkedHashMap<>();
      for (Peer peer : peers) {
        List<Contender> forms = peer.forms(of, training);
        for (Contender form : forms) {
          form.run();
          compare(form, drsn, differences);
        }
        contenders.add(forms.size() == 1 ? forms.getFirst() : Rounds.fastest(forms, effort));
      }
      List<Samples> samples = Rounds.run(contenders, effort);
      Map<String, Samples> times = new LinkedHashMap<>();
      Map<String, String> forms = new LinkedHashMap<>();
      for (int i = 0; i < contenders.size(); i++) {
        times.put(contenders.get(i).name(), samples.get(i));
        forms.put(contenders.get(i).name(), contenders.get(i).form());
      }
      return new CellResult(this, times, forms, differences, fmaPeak);
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
