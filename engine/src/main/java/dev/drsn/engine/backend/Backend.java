package dev.drsn.engine.backend;

import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.tensor.Shape;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A place where operations run: it owns threads or a device, gives memory and compiles kernels. One
 * backend serves any number of plans; closing it ends them.
 */
public interface Backend extends AutoCloseable {

  /** As users name it: {@code reference}, {@code cpu}, {@code cuda}. */
  String name();

  /** One line for people: threads, vector width or device. */
  String description();

  /** The layout for a value that these operations read. */
  Layout activation(Shape shape, List<Op> consumers);

  /**
   * The layout for the gradient of a value.
   *
   * @param producer the operation that made the value and whose backward reads this gradient
   */
  Layout gradient(Shape shape, Op producer);

  /** Offsets of views are multiples of this many scalars. */
  int alignment();

  /** Zeroed memory of this many scalars; the caller owns it. */
  Memory allocate(long size);

  /** A kernel for an operation at these layouts; the caller owns it. */
  Kernel compile(Op op, Layouts layouts);

  /** An optimiser's step over flat parameter memory; the caller owns what it is bound to. */
  OptimizerKernel compile(Optimizer optimizer);

  /**
   * How many samples of a network are best run at once where there are more: so few that what
   * layers pass to each other stays in a cache, so many that all units are busy.
   *
   * @param batch how many there are
   * @param sampleSize scalars of one sample that the hungriest layer reads and writes
   */
  int together(int batch, long sampleSize);

  /**
   * Steps that will be run again and again: kernels' calls and fills, nothing that waits or copies
   * from or to the host. Backends that gain nothing by keeping them just run them.
   *
   * @param most the most samples of a run
   * @param exact whether exactly as many samples as asked must be computed; otherwise the steps may
   *     be run for more
   * @param steps runs for a number of samples; the same calls for the same number
   */
  default Recording record(int most, boolean exact, IntConsumer steps) {
    return steps::accept;
  }

  /**
   * Copies n samples, row-major, from the host to the first n of a view.
   *
   * @param source {@code (first + n) sampleElements} floats or more
   * @param first the first sample to copy
   */
  void upload(float[] source, int first, View destination, int n);

  /** The same from the source's beginning. */
  default void upload(float[] source, View destination, int n) {
    upload(source, 0, destination, n);
  }

  /**
   * Copies the first n samples of a view to the host, row-major; waits for what is still running.
   *
   * @param destination {@code (first + n) sampleElements} floats or more
   * @param first the first sample to write
   */
  void download(View source, float[] destination, int first, int n);

  /** The same to the destination's beginning. */
  default void download(View source, float[] destination, int n) {
    download(source, destination, 0, n);
  }

  /** Sets every scalar of a dense view. */
  void fill(View destination, float value);

  @Override
  void close();
}
