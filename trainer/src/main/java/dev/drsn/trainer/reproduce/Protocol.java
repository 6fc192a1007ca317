package dev.drsn.trainer.reproduce;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.trainer.train.Schedule;
import dev.drsn.trainer.train.TrainOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What all networks have in common, so that a difference between them is the networks' own: Adam at
 * one constant rate without weight decay, one number of epochs, the last epoch's weights. Nothing
 * is chosen on the test part.
 *
 * @param networks in the order of the tables
 * @param ways of dividing the data; the first is the one that tables 6 and 8 and the figures show
 * @param seeds 1 to this; a seed decides initial weights, order and split
 * @param width channels of the first stage; 64 is the paper's
 * @param augment in the words of {@code train --augment}
 */
public record Protocol(
    List<Architecture> networks,
    List<By> ways,
    int seeds,
    int epochs,
    int batch,
    double rate,
    int width,
    Preprocess preprocess,
    String augment,
    int workers) {

  /** The paper's networks; its DRSN is one of the last two, it does not say which. */
  public static final List<Architecture> PAPER =
      List.of(
          Architecture.RESNET18,
          Architecture.SENET18,
          Architecture.DRSN18_CS,
          Architecture.DRSN18_CW);

  private static final int MOST_SEEDS = 1000;

  public Protocol {
    networks = List.copyOf(networks);
    ways = List.copyOf(ways);
    if (seeds < 1 || seeds > MOST_SEEDS) {
      throw new DrsnException("seeds are 1 to " + MOST_SEEDS + ", not " + seeds);
    }
  }

  /** The same for other networks. */
  public Protocol with(List<Architecture> networks) {
    return new Protocol(
        networks, ways, seeds, epochs, batch, rate, width, preprocess, augment, workers);
  }

  /** One training. */
  public record Run(By by, Architecture network, long seed) {

    /** Of its folder. */
    public String name() {
      return network.label() + "-" + by.label() + "-" + seed;
    }
  }

  /** All trainings, a seed after the other: what is there early can be compared. */
  public List<Run> runs() {
    List<Run> runs = new ArrayList<>();
    for (long seed = 1; seed <= seeds; seed++) {
      for (By by : ways) {
        for (Architecture network : networks) {
          runs.add(new Run(by, network, seed));
        }
      }
    }
    return runs;
  }

  /** A network for so many classes. */
  public NetworkSpec spec(Architecture network, int classes) {
    return NetworkSpec.of(network, width, classes, preprocess.channels(), preprocess.size());
  }

  /** How each of them is trained. */
  public TrainOptions options(long seed) {
    TrainOptions.Descent descent =
        new TrainOptions.Descent(
            TrainOptions.Rule.ADAM,
            rate,
            0.9,
            0,
            Schedule.of(Schedule.Kind.CONSTANT, 0),
            "",
            Map.of(),
            0);
    return TrainOptions.defaults()
        .withEpochs(epochs)
        .withBatch(batch)
        .withSeed(seed)
        .withWorkers(workers)
        .withAugment(augment)
        .with(descent);
  }
}
