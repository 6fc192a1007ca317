package dev.drsn.trainer.train;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.plan.Softmax;
import dev.drsn.engine.plan.TrainingPlan;
import dev.drsn.engine.weights.Model;
import dev.drsn.engine.weights.Weights;
import dev.drsn.trainer.data.Batch;
import dev.drsn.trainer.data.Crops;
import dev.drsn.trainer.data.Loader;
import dev.drsn.trainer.evaluate.Evaluation;
import dev.drsn.trainer.evaluate.Evaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Epoch after epoch: steps, validation, files. */
final class TrainingLoop {

  private final TrainOptions options;
  private final Network network;
  private final Backend backend;
  private final RunFolder folder;
  private final TrainingPlan plan;
  private final Loader loader;
  private final Crops valid;
  private final Progress progress;
  private final BooleanSupplier stop;
  private final Report report;
  private final int steps;
  private final int images;
  private final float[] logits;
  private EarlyStopping stopping = EarlyStopping.START;
  private int epoch;
  private double pace;

  TrainingLoop(
      Arguments arguments,
      Network network,
      Backend backend,
      RunFolder folder,
      TrainingPlan plan,
      Loader loader,
      Crops valid,
      Progress progress,
      BooleanSupplier stop) {
    this.network = network;
    this.backend = backend;
    this.folder = folder;
    this.plan = plan;
    this.loader = loader;
    this.valid = valid;
    this.progress = progress;
    this.stop = stop;
    options = arguments.options();
    report = new Report(arguments, folder, progress);
    // Normalisation by the batch needs two images: a last batch of one is left out.
    boolean single = loader.samples() % options.batch() == 1;
    steps = loader.batches() - (single ? 1 : 0);
    images = loader.samples() - (single ? 1 : 0);
    if (steps < 1) {
      throw new DrsnException("one image cannot be trained on; add more to every class");
    }
    logits = new float[options.batch() * arguments.data().labels().size()];
  }

  Outcome run(Optional<Checkpoint> checkpoint) {
    checkpoint.ifPresent(
        c -> {
          epoch = c.epoch();
          stopping = c.stopping();
        });
    List<EpochResult> results = new ArrayList<>(folder.results(epoch));
    Evaluation best = null;
    int patience = options.selection().patience();
    while (epoch < options.epochs() && !stopping.exhausted(patience)) {
      long begin = System.nanoTime();
      Optional<EpochResult> trained = stop.getAsBoolean() ? Optional.empty() : train();
      if (trained.isEmpty()) {
        return new Outcome(Outcome.End.STOPPED, folder.path(), epoch, stopping, null);
      }
      epoch++;
      Weights weights = plan.state().averaged(network.parameters().sequencedKeySet());
      Evaluation evaluation = evaluate(weights);
      stopping =
          stopping.after(
              epoch,
              switch (options.selection().metric()) {
                case ACCURACY -> evaluation.accuracy();
                case MACRO_F1 -> evaluation.macroF1();
              });
      results.add(trained.get().validated(evaluation, (System.nanoTime() - begin) / 1e9));
      if (stopping.improved()) {
        best = evaluation;
        report.model(folder.best(), weights, epoch, evaluation);
      }
      report.model(folder.last(), weights, epoch, evaluation);
      EpochResult.write(folder.results(), results);
      // The checkpoint comes last: it says that everything of its epoch is there.
      new Checkpoint(epoch, plan.state().save(), stopping).write(folder.checkpoint());
      progress.epoch(results.getLast(), options.epochs(), stopping.improved());
    }
    if (best == null) {
      best = evaluate(Model.read(folder.best()).weights());
    }
    report.write(results, epoch, stopping.bestEpoch(), best);
    Outcome.End end = epoch < options.epochs() ? Outcome.End.EARLY : Outcome.End.COMPLETE;
    return new Outcome(end, folder.path(), epoch, stopping, best);
  }

  private Evaluation evaluate(Weights weights) {
    try (InferencePlan inference =
        InferencePlan.compile(network, weights, backend, options.batch())) {
      return Evaluator.evaluate(inference, valid, false, options.workers());
    }
  }

  /** One epoch of steps; empty when stopped within. */
  private Optional<EpochResult> train() {
    Sums sums = new Sums();
    double rate = 0;
    long begin = System.nanoTime();
    long before = begin;
    for (int step = 0; step < steps; step++) {
      Batch batch = loader.next();
      int n = batch.count();
      rate = rate(plan.state().step());
      plan.scaleCentreLoss(centreFactor(plan.state().step()));
      double loss = plan.step(batch.images(), batch.targets(), n, rate);
      requireFinite(loss, step);
      sums.add(n, loss, plan.crossEntropy(), plan.centreLoss(), right(batch));
      long now = System.nanoTime();
      double itsPace = n / ((now - before) / 1e9);
      before = now;
      // Recent steps count most: a machine that was busy or asleep is not held against the future.
      pace = pace == 0 ? itsPace : 1 / (0.95 / pace + 0.05 / itsPace);
      progress.step(sums.progress(step + 1));
      if (stop.getAsBoolean() && step + 1 < steps) {
        return Optional.empty();
      }
    }
    skipRest();
    return Optional.of(sums.result(rate, (System.nanoTime() - begin) / 1e9));
  }

  /** An epoch's steps so far. */
  private final class Sums {
    private double loss;
    private double crossEntropy;
    private double centreLoss;
    private int right;
    private int done;

    void add(int n, double itsLoss, double itsCrossEntropy, double itsCentreLoss, int itsRight) {
      loss += n * itsLoss;
      crossEntropy += n * itsCrossEntropy;
      centreLoss += n * itsCentreLoss;
      right += itsRight;
      done += n;
    }

    Progress.Step progress(int step) {
      double left = images - done + (double) images * (options.epochs() - epoch - 1);
      return new Progress.Step(
          epoch + 1,
          options.epochs(),
          step,
          steps,
          pace,
          loss / done,
          (double) right / done,
          left / pace);
    }

    EpochResult result(double rate, double seconds) {
      return EpochResult.trained(
          epoch + 1,
          loss / done,
          crossEntropy / done,
          centreLoss / done,
          (double) right / done,
          rate,
          done / seconds);
    }
  }

  /** Takes what is left of the loader's epoch, so that the next batch is the next epoch's first. */
  private void skipRest() {
    while (loader.next() != null) {
      // A last batch of one image.
    }
  }

  private double rate(int step) {
    TrainOptions.Descent descent = options.descent();
    return descent.rate() * descent.schedule().factor(step, steps, options.epochs());
  }

  private double centreFactor(int step) {
    return options.objective().centreSchedule().factor(step, steps, options.epochs());
  }

  private int right(Batch batch) {
    int n = batch.count();
    int classes = valid.data().classes();
    plan.logits(logits, n);
    int right = 0;
    for (int i = 0; i < n; i++) {
      right += Softmax.argmax(logits, i, classes) == batch.labels()[i] ? 1 : 0;
    }
    return right;
  }

  private void requireFinite(double loss, int step) {
    if (!Double.isFinite(loss)) {
      String rate = String.format(Locale.ROOT, "%.3g", options.descent().rate());
      throw new DrsnException(
          "the loss is "
              + loss
              + " in epoch "
              + (epoch + 1)
              + ", step "
              + (step + 1)
              + ": the training has diverged; lower --lr (now "
              + rate
              + ") or give a longer warm-up; "
              + (epoch == 0 ? "nothing was saved yet" : folder.path() + " keeps epoch " + epoch));
    }
  }
}
