package dev.drsn.cli;

import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.network.Stem;
import java.util.Iterator;
import picocli.CommandLine.Option;

/** What decides a network beside its classes: options of every command that makes one. */
final class NetworkOptions {

  /** The architectures' names for help and completion. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Architecture.labels().iterator();
    }
  }

  @Option(
      names = "--network",
      paramLabel = "NAME",
      defaultValue = "drsn18-cw",
      completionCandidates = Names.class,
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private String network;

  @Option(
      names = "--stem",
      paramLabel = "NAME",
      description =
          "How a residual network begins: 7x7, 3x3-pool or 3x3 (slow); default: by --size.")
  private String stem;

  @Option(
      names = "--preactivation",
      description = "Zhao's block, norm and ReLU in front of each convolution.")
  private boolean preactivation;

  @Option(
      names = "--reduction",
      paramLabel = "N",
      description = "A gate's channels over its hidden units; default: 16 for senet18, else 1.")
  private Integer reduction;

  @Option(
      names = "--no-gate-norm",
      description = "No batch normalisation inside shrinkage gates, as the paper draws them.")
  private boolean noGateNorm;

  Architecture architecture() {
    return Architecture.of(network);
  }

  /** The network these options describe. */
  NetworkSpec spec(int width, int classes, int channels, int size) {
    return changed(NetworkSpec.of(architecture(), width, classes, channels, size));
  }

  /** A network with what these options say otherwise. */
  NetworkSpec changed(NetworkSpec spec) {
    NetworkSpec gated =
        spec.withGate(
            reduction == null ? spec.reduction() : reduction, spec.gateNorm() && !noGateNorm);
    NetworkSpec blocks = preactivation ? gated.withPreactivation(true) : gated;
    return stem == null ? blocks : blocks.withStem(Stem.of(stem));
  }
}
