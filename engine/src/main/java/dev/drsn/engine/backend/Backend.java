package dev.drsn.engine.backend;

import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.tensor.Shape;
import java.util.List;

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
   * Copies the first n samples, row-major, from the host.
   *
   * @param source {@code n sampleElements} floats or more
   */
  void upload(float[] source, View destination, int n);

  /**
   * Copies the first n samples to the host, row-major; waits for what is still running.
   *
   * @param destination {@code n sampleElements} floats or more
   */
  void download(View source, float[] destination, int n);

  /** Sets every scalar of a dense view. */
  void fill(View destination, float value);

  @Override
  void close();
}
