package dev.drsn.cli;

import dev.drsn.engine.Backends;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Algorithm;
import dev.drsn.engine.cpu.CpuOptions;
import dev.drsn.engine.cpu.Tuning;
import dev.drsn.engine.cuda.CudaOptions;
import dev.drsn.engine.cuda.Precision;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** Where the work is done: options of every command that runs a network. */
final class BackendOptions {

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, cuda, cpu or reference (slow, exact); default: ${DEFAULT-VALUE}.")
  private String name;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "CPU threads; default: all processors.")
  private int threads;

  @Option(
      names = "--exact",
      description =
          "On the CPU all convolutions are direct sums: slower, with the least rounding error.")
  private boolean exact;

  @Option(
      names = "--gpu",
      paramLabel = "N",
      defaultValue = "0",
      description = "With --backend cuda: the GPU's number, from 0.")
  private int gpu;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description = "With --backend cuda: fp32, tf32, fp16 or bf16; default: fp32.")
  private String precision;

  @Option(
      names = "--deterministic",
      description = "With --backend cuda: the same results to the bit in every run.")
  private boolean deterministic;

  /** The backend that was asked for; the caller closes it. {@code auto} says what it chose. */
  Backend open(PrintWriter err) {
    return open(err, Tuning.OFF);
  }

  /** The same with algorithms chosen by their times. */
  Backend open(PrintWriter err, Tuning tuning) {
    Backends.Choice choice = Backends.open(name, options().withTuning(tuning), cuda());
    if (name.equals("auto")) {
      err.println("drsn: " + choice.reason());
    }
    return choice.backend();
  }

  /** The same with half of the processors, unless told otherwise: the rest has other work. */
  Backend openHalf(PrintWriter err, Tuning tuning) {
    if (threads == 0) {
      threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
    return open(err, tuning);
  }

  /** The same without a word: for commands whose output is the answer and nothing else. */
  Backend openQuietly(Tuning tuning) {
    return Backends.open(name, options().withTuning(tuning), cuda()).backend();
  }

  /** The same where numbers do not matter: those must go on as in an earlier run. */
  BackendOptions continuing(BackendOptions earlier) {
    exact = earlier.exact;
    return this;
  }

  private CudaOptions cuda() {
    if (precision != null && !name.equals("cuda")) {
      throw new DrsnException(
          "--precision is for --backend cuda: the others compute with 32-bit floats; leave it out");
    }
    Precision chosen = precision == null ? Precision.FP32 : Precision.of(precision);
    return new CudaOptions(gpu, chosen, deterministic);
  }

  private CpuOptions options() {
    return CpuOptions.of(threads).withAlgorithm(exact ? Algorithm.DIRECT : Algorithm.FASTEST);
  }
}
