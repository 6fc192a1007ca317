package dev.drsn.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Weights;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All engines compute the same, and one with other weights is found out. */
class ContendersTest {
  private static final int BATCH = 3;

  private static Case of(Architecture architecture) {
    return Case.of(NetworkSpec.of(architecture, 8, Case.CLASSES, 3, 48), BATCH, 1);
  }

  /** The same with one of a gate's or layer's parameters doubled. */
  private static Case changed(Case of, String parameter) {
    Weights weights = of.weights();
    Tensor before = weights.get(parameter);
    float[] doubled = before.data().clone();
    for (int i = 0; i < doubled.length; i++) {
      doubled[i] *= 2;
    }
    Weights other = weights.with(Map.of(parameter, new Tensor(before.shape(), doubled)));
    return new Case(
        of.spec(), of.network(), other, of.batch(), of.threads(), of.images(), of.targets());
  }

  @ParameterizedTest
  @EnumSource(
      value = Architecture.class,
      names = {"RESNET18", "SENET18", "DRSN18_CS", "DRSN18_CW"})
  void inferTheSame(Architecture architecture) {
    Case of = of(architecture);
    try (Contender drsn = new DrsnInference(of)) {
      drsn.run();
      for (Peer peer : Peer.all(false)) {
        for (Contender form : peer.forms(of, false)) {
          try (form) {
            form.run();
            assertThat(form.answers().getFirst().check(form.form(), drsn.answers().getFirst()))
                .isLessThan(1e-5);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Peer.class)
  void otherWeightsAreFoundOut(Peer peer) {
    Case of = of(Architecture.DRSN18_CW);
    try (Contender drsn = new DrsnInference(of)) {
      drsn.run();
      Answer expected = drsn.answers().getFirst();
      Case other = changed(of, "layer3.0.gate.fc1.bias");
      for (Contender form : peer.forms(other, false)) {
        try (form) {
          form.run();
          Answer answer = form.answers().getFirst();
          assertThatThrownBy(() -> answer.check(peer.label(), expected))
              .hasMessageStartingWith(peer.label() + " differs from drsn");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Architecture.class,
      names = {"RESNET18", "SENET18", "DRSN18_CW"})
  void trainTheSame(Architecture architecture) {
    Case of = of(architecture);
    try (Contender drsn = new DrsnTraining(of)) {
      drsn.run();
      List<Answer> expected = drsn.answers();
      for (Contender form : Peer.LIBTORCH.forms(of, true)) {
        try (form) {
          form.run();
          form.run();
          for (int i = 0; i < expected.size(); i++) {
            form.answers().get(i).check(form.form(), expected.get(i));
          }
        }
      }
    }
  }
}
