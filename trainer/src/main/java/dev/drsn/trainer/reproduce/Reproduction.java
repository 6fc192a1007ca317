package dev.drsn.trainer.reproduce;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.weights.Model;
import dev.drsn.trainer.data.Corruption;
import dev.drsn.trainer.data.Crops;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Sample;
import dev.drsn.trainer.evaluate.Evaluation;
import dev.drsn.trainer.evaluate.Evaluator;
import dev.drsn.trainer.reproduce.Protocol.Run;
import dev.drsn.trainer.train.EpochResult;
import dev.drsn.trainer.train.Outcome;
import dev.drsn.trainer.train.Progress;
import dev.drsn.trainer.train.RunFolder;
import dev.drsn.trainer.train.Trainer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Trains and tests every run of a protocol, one after the other, each in a folder of its own. What
 * is done is never done again: a run with its result is skipped, one without goes on from its last
 * epoch. So a reproduction that was killed at any moment goes on where it stopped and ends with the
 * same numbers.
 */
public final class Reproduction {

  /** Seeds the corruptions: the same pictures for every network and seed. */
  private static final long NOISE = 5;

  private static final int BATCH = 64;

  private final Path out;
  private final DataSet data;
  private final Protocol protocol;

  /**
   * Begins or goes on.
   *
   * @param out the folder of all runs; made where there is none
   * @throws DrsnException where the folder was begun with another protocol or other data
   */
  public Reproduction(Path out, DataSet data, Protocol protocol) {
    this.out = out;
    this.data = data;
    this.protocol = protocol;
    requireSame();
  }

  private void requireSame() {
    String now = described();
    Path file = out.resolve("protocol.txt");
    try {
      Files.createDirectories(out.resolve("runs"));
      if (Files.exists(file)) {
        List<String> before = Files.readAllLines(file);
        List<String> changes = new ArrayList<>(now.lines().toList());
        changes.removeAll(before);
        if (!changes.isEmpty()) {
          throw new DrsnException(
              out
                  + " was begun otherwise; now: "
                  + String.join("; ", changes)
                  + "; go on as before ("
                  + file
                  + ") or name a new --out");
        }
      } else {
        AtomicFile.write(file, now);
      }
    } catch (IOException e) {
      throw new DrsnException("cannot use the folder " + out + ": " + e.getMessage(), e);
    }
  }

  /** What must stay as it is; networks, ways and seeds may be added later. */
  private String described() {
    return String.join(
        "\n",
        "data " + hash(data),
        "epochs " + protocol.epochs(),
        "batch " + protocol.batch(),
        "rate " + protocol.rate(),
        "width " + protocol.width(),
        "preprocess " + protocol.preprocess().toMetadata(),
        "augment " + protocol.augment() + "\n");
  }

  /** Of names, labels and subjects; every run folder has a hash of the pixels too. */
  private static String hash(DataSet data) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (Sample s : data.samples()) {
        String line = String.join("\n", s.name(), "" + s.label(), s.subject(), s.part() + "\n");
        sha.update(line.getBytes(StandardCharsets.UTF_8));
      }
      return "sha256:" + HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Does what is not done yet.
   *
   * @param progress of each training
   * @param say is told, in a line, what begins
   * @param stop is asked between steps
   * @return all results in the protocol's order; empty where it was stopped
   */
  public Optional<List<RunResult>> run(
      Backend backend, Progress progress, Consumer<String> say, BooleanSupplier stop) {
    List<RunResult> results = new ArrayList<>();
    List<Run> runs = protocol.runs();
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      Path file = folder(run).resolve("result.json");
      if (!Files.exists(file)) {
        say.accept(
            "run %d of %d: %s, split by %s, seed %d"
                .formatted(
                    i + 1, runs.size(), run.network().label(), run.by().label(), run.seed()));
        Optional<RunResult> result = one(run, backend, progress, stop);
        if (result.isEmpty()) {
          return Optional.empty();
        }
        result.get().write(file);
      }
      results.add(RunResult.read(file));
    }
    return Optional.of(results);
  }

  private Path folder(Run run) {
    return out.resolve("runs").resolve(run.name());
  }

  /** The epochs of a run that is done. */
  public List<EpochResult> epochs(RunResult result) {
    for (Run run : protocol.runs()) {
      if (run.by() == result.by()
          && run.network().label().equals(result.network())
          && run.seed() == result.seed()) {
        return new RunFolder(folder(run)).results(protocol.epochs());
      }
    }
    throw new IllegalArgumentException("no run of this protocol");
  }

  private Optional<RunResult> one(
      Run run, Backend backend, Progress progress, BooleanSupplier stop) {
    By.Parts parts = run.by().divide(data, run.seed());
    Trainer.Task task =
        new Trainer.Task(
            protocol.spec(run.network(), data.classes()),
            protocol.preprocess(),
            parts.train(),
            parts.test(),
            true,
            Optional.empty(),
            protocol.options(run.seed()),
            "drsn reproduce",
            Map.of());
    RunFolder folder = new RunFolder(folder(run));
    Outcome outcome =
        Files.exists(folder.argumentsFile())
            ? Trainer.resume(task, folder.path(), backend, progress, stop)
            : Trainer.train(task, folder.path(), backend, progress, stop);
    if (outcome.end() == Outcome.End.STOPPED) {
      return Optional.empty();
    }
    Model last = Model.read(folder.last());
    Crops crops = Evaluator.read(last, parts.test(), true, protocol.workers(), _ -> {});
    Map<Corruption, List<Double>> noise = new EnumMap<>(Corruption.class);
    try (InferencePlan plan =
        InferencePlan.compile(last.network(), last.weights(), backend, BATCH)) {
      Evaluation clean = Evaluator.evaluate(plan, crops, false, protocol.workers());
      for (Corruption corruption : Corruption.values()) {
        List<Double> levels = new ArrayList<>();
        for (int level = 1; level <= Corruption.LEVELS; level++) {
          Crops spoilt = crops.corrupted(corruption, level, NOISE);
          levels.add(Evaluator.evaluate(plan, spoilt, false, protocol.workers()).accuracy());
        }
        noise.put(corruption, levels);
      }
      List<Integer> counts = new ArrayList<>();
      for (int count : parts.train().counts()) {
        counts.add(count);
      }
      return Optional.of(
          new RunResult(
              run.by(),
              run.network().label(),
              run.seed(),
              data.labels(),
              counts,
              clean.confusion().counts(),
              outcome.stopping().bestEpoch(),
              outcome.stopping().best(),
              noise));
    }
  }
}
