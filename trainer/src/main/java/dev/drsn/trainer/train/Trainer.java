package dev.drsn.trainer.train;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.plan.TrainingOptions;
import dev.drsn.engine.plan.TrainingPlan;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Weights;
import dev.drsn.engine.weights.WeightsFit;
import dev.drsn.trainer.data.Augmentation;
import dev.drsn.trainer.data.Crops;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Loader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * Trains a network on a data set and fills a run folder. An epoch is: every training image once in
 * an order of its own, a step a batch, then the valid images through the plan that users will run.
 * The same arguments give the same weights to the bit, whether trained at one go or resumed.
 */
public final class Trainer {

  /**
   * What to train.
   *
   * @param network with as many classes as the data
   * @param valid of the same classes
   * @param strict whether an image that cannot be read is an error; otherwise it is left out
   * @param start weights to start from instead of random ones
   * @param command as the user gave it, for people; likewise source, by option name
   */
  public record Task(
      NetworkSpec network,
      Preprocess preprocess,
      DataSet train,
      DataSet valid,
      boolean strict,
      Optional<Start> start,
      TrainOptions options,
      String command,
      Map<String, String> source) {

    public Task {
      if (network.classes() != train.classes()
          || network.channels() != preprocess.channels()
          || network.size() != preprocess.size()) {
        throw new IllegalArgumentException("network, preprocessing and data do not fit");
      }
    }

    /** Random initial weights, unreadable images left out, nothing said of a command. */
    public static Task of(
        NetworkSpec network,
        Preprocess preprocess,
        DataSet train,
        DataSet valid,
        TrainOptions options) {
      return new Task(
          network, preprocess, train, valid, false, Optional.empty(), options, "", Map.of());
    }
  }

  /**
   * Weights to start from.
   *
   * @param name for people
   * @param weights as a file holds them
   * @param allowMissing names that may be missing or of another shape; they begin at random
   */
  public record Start(String name, Weights weights, Pattern allowMissing) {}

  private final Task task;
  private final Backend backend;
  private final RunFolder folder;
  private final boolean resume;
  private final Progress progress;
  private final BooleanSupplier stop;
  private final TrainOptions options;
  private final Network network;

  private Trainer(
      Task task,
      Backend backend,
      RunFolder folder,
      boolean resume,
      Progress progress,
      BooleanSupplier stop) {
    this.task = task;
    this.backend = backend;
    this.folder = folder;
    this.resume = resume;
    this.progress = progress;
    this.stop = stop;
    options = task.options();
    network = task.network().build();
  }

  /**
   * Trains into a new folder.
   *
   * @param out must not exist, or be empty
   * @param stop is asked after every step; once it says true, training ends where the last epoch
   *     did
   * @throws DrsnException where the loss is no number any more; the last epoch's files stay
   */
  public static Outcome train(
      Task task, Path out, Backend backend, Progress progress, BooleanSupplier stop) {
    return new Trainer(task, backend, RunFolder.fresh(out), false, progress, stop).run();
  }

  /**
   * Goes on with an earlier training.
   *
   * @param task as it was then; where anything that decides the result differs, this throws. More
   *     epochs are possible where the schedule does not depend on them
   * @param out the folder of that training
   */
  public static Outcome resume(
      Task task, Path out, Backend backend, Progress progress, BooleanSupplier stop) {
    return new Trainer(task, backend, RunFolder.existing(out), true, progress, stop).run();
  }

  private Outcome run() {
    Augmentation augmentation = Augmentation.parse(options.augment());
    boolean soft = options.objective().softLabels();
    Crops train = read(soft ? task.train() : task.train().withHardTargets());
    Crops valid = read(task.valid().withLabels(task.train().labels()));
    Arguments arguments = Arguments.of(task, backend, train, valid);
    Optional<Checkpoint> checkpoint = prepare(arguments);
    TrainingOptions forPlan = options.forPlan();
    Loader.Position position = new Loader.Position(checkpoint.map(Checkpoint::epoch).orElse(0), 0);
    try (TrainingPlan plan =
            TrainingPlan.compile(network, initial(forPlan), forPlan, backend, options.batch());
        Loader loader = new Loader(train, loaderOptions(train, augmentation), position)) {
      checkpoint.ifPresent(c -> plan.restore(c.parameters()));
      progress.started(
          new Progress.Start(
              folder.path(),
              task.network().architecture().label() + " of width " + task.network().width(),
              backend.description(),
              network.parameterCount(),
              train.size(),
              valid.size(),
              train.data().labels(),
              position.epoch() + 1,
              options.epochs()));
      TrainingLoop loop =
          new TrainingLoop(
              arguments, network, backend, folder, plan, loader, valid, progress, stop);
      Outcome outcome = loop.run(checkpoint);
      progress.finished(outcome);
      return outcome;
    }
  }

  /** Writes or compares the arguments; gives the checkpoint to go on from. */
  private Optional<Checkpoint> prepare(Arguments arguments) {
    if (!resume) {
      folder.create();
      arguments.write(folder.argumentsFile());
      return Optional.empty();
    }
    folder.arguments().requireSame(arguments, folder.path());
    // With more epochs than before these are the arguments to resume the next time.
    arguments.write(folder.argumentsFile());
    return Files.exists(folder.checkpoint())
        ? Optional.of(Checkpoint.read(folder.checkpoint()))
        : Optional.empty();
  }

  private Loader.Options loaderOptions(Crops train, Augmentation augmentation) {
    List<Float> weights = new ArrayList<>();
    if (options.objective().balanced()) {
      for (float weight : train.data().balancedWeights()) {
        weights.add(weight);
      }
    }
    return new Loader.Options(
        options.batch(),
        true,
        false,
        options.seed(),
        augmentation,
        options.objective().labelSmoothing(),
        weights,
        options.workers());
  }

  private Weights initial(TrainingOptions forPlan) {
    Weights random = Initialisation.of(TrainingPlan.network(network, forPlan), options.seed());
    if (task.start().isEmpty()) {
      return random;
    }
    Start start = task.start().get();
    WeightsFit fit =
        WeightsFit.fit(network, start.weights(), random, start.allowMissing(), start.name());
    return random.with(fit.weights().tensors());
  }

  private Crops read(DataSet data) {
    int total = data.samples().size();
    Crops crops =
        Crops.read(
            data,
            task.preprocess(),
            task.strict(),
            options.workers(),
            done -> progress.reading(done, total));
    if (!crops.rejected().isEmpty()) {
      progress.rejected(crops.rejected());
    }
    return crops;
  }
}
