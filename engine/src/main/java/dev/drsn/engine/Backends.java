package dev.drsn.engine;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.cpu.CpuOptions;
import dev.drsn.engine.cuda.CudaBackend;
import dev.drsn.engine.cuda.CudaOptions;
import dev.drsn.engine.cuda.CudaProbe;
import dev.drsn.engine.cuda.CudaStatus;
import dev.drsn.engine.reference.ReferenceBackend;
import dev.drsn.engine.tensor.DType;
import java.util.List;

/**
 * The choice of a backend by name: loud and never a silent fall-back. A backend that is named is
 * the one that is opened, or an error says why not.
 */
public final class Backends {

  /** What users may ask for. */
  public static final List<String> NAMES = List.of("auto", "cuda", "cpu", "reference");

  /**
   * A backend and why it is this one.
   *
   * @param backend the caller closes it
   * @param reason one line
   */
  public record Choice(Backend backend, String reason) {}

  private Backends() {}

  /**
   * Opens a backend.
   *
   * @param name one of {@link #NAMES}; {@code auto} takes the fastest there is
   * @param threads of the CPU; 0 for all processors
   */
  public static Choice open(String name, int threads) {
    return open(name, CpuOptions.of(threads));
  }

  /**
   * Opens a backend.
   *
   * @param name one of {@link #NAMES}; {@code auto} takes the fastest there is
   * @param options for the CPU
   */
  public static Choice open(String name, CpuOptions options) {
    return open(name, options, CudaOptions.STANDARD);
  }

  /**
   * Opens a backend.
   *
   * @param name one of {@link #NAMES}; {@code auto} takes the fastest there is
   * @param options for the CPU
   * @param cuda for the GPU
   */
  public static Choice open(String name, CpuOptions options, CudaOptions cuda) {
    int threads = options.threads();
    if (threads < 0 || threads > 1024) {
      throw new DrsnException(
          "threads " + threads + " is not within 1 to 1024; give another number");
    }
    Backend backend =
        switch (name) {
          case "auto", "cpu" -> new CpuBackend(options);
          case "cuda" -> CudaBackend.open(cuda);
          case "reference" -> new ReferenceBackend(DType.F32);
          default ->
              throw new DrsnException(
                  "there is no backend " + name + "; choose " + String.join(", ", NAMES));
        };
    String using = "using " + backend.name() + ": " + backend.description();
    return new Choice(backend, name.equals("auto") ? using + "; not " + notCuda() : using);
  }

  /** Why {@code auto} does not take the GPU. */
  private static String notCuda() {
    CudaStatus status = CudaProbe.status();
    return status.available()
        ? "cuda, which has not yet run on a GPU (--backend cuda takes it)"
        : "cuda, " + status.description();
  }
}
