package dev.drsn.engine.op;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.OptimizerKernel;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.reference.ReferenceBackend;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Shape;
import java.util.List;

/**
 * The reference in float with spare scalars behind every activation and an alignment: shows that
 * the reference stays within the tolerances in float, and is what the parity test itself is tested
 * with.
 */
class PaddedReference implements Backend {
  private final Backend reference = new ReferenceBackend(DType.F32);

  /** Row-major, then spare scalars. */
  record Padded(Shape shape) implements Layout {
    static final int SPARE = 5;

    @Override
    public long size() {
      return (long) shape.elements() + SPARE;
    }
  }

  @Override
  public String name() {
    return "padded reference";
  }

  @Override
  public String description() {
    return reference.description();
  }

  @Override
  public Layout activation(Shape shape, List<Op> consumers) {
    return new Padded(shape);
  }

  @Override
  public Layout gradient(Shape shape, Op producer) {
    return new Padded(shape);
  }

  @Override
  public int alignment() {
    return 16;
  }

  @Override
  public Memory allocate(long size) {
    return reference.allocate(size);
  }

  @Override
  public Kernel compile(Op op, Layouts layouts) {
    return reference.compile(op, layouts);
  }

  @Override
  public OptimizerKernel compile(Optimizer optimizer) {
    return reference.compile(optimizer);
  }

  @Override
  public int together(int batch, long sampleSize) {
    return reference.together(batch, sampleSize);
  }

  @Override
  public void upload(float[] source, int first, View destination, int n) {
    reference.upload(source, first, destination, n);
  }

  @Override
  public void download(View source, float[] destination, int first, int n) {
    reference.download(source, destination, first, n);
  }

  @Override
  public void fill(View destination, float value) {
    reference.fill(destination, value);
  }

  @Override
  public void close() {
    reference.close();
  }
}
