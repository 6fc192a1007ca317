package dev.drsn.engine.cpu;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.tensor.Shape;

/**
 * Convolution: {@code y[n,k,p,q] = relu(b[k] + sum over c,r,s of x[n, c, p strideH - padH + r, ...]
 * w[k,c,r,s] + residual)}, as one {@link Correlation} with its epilogue.
 *
 * <p>Backward: {@code dy' = dy [y > 0]}, in place; {@code db[k] += sum over n,p,q of dy'}; dw by
 * {@link WeightGradient}, dx by {@link DataGradient}; the residual's gradient is dy'. Nothing is
 * saved.
 *
 * <p>Values of at most four channels may be interleaved. Where y, a residual or dx is, the result
 * goes to scratch in vectors and from there element by element.
 */
final class Convolution implements Kernel {

  private final boolean bias;
  private final boolean residual;
  private final boolean relu;
  private final Correlation forward;
  private final Relayout toY;
  private final DataGradient dataGradient;
  private final Relayout toDx;
  private final WeightGradient weightGradient;
  private final OutputGradient outputGradient;
  private final long ySize;
  private final long dxSize;
  private final long scratchSize;

  Convolution(Op.Convolution op, Layouts layouts, Workers workers, Choice choice) {
    Window window = op.window();
    bias = op.bias();
    residual = op.residual();
    relu = op.relu();
    Blocked y = (Blocked) layouts.y();
    Blocked x = (Blocked) layouts.x()[0];
    Blocked added = residual ? (Blocked) layouts.x()[1] : null;
    boolean vectors = vectors(y) && (added == null || vectors(added));
    Shape in = x.shape();
    Shape out = y.shape();
    int area = window.area();
    forward =
        Correlation.of(
            x,
            vectors ? y : inVectors(out),
            vectors ? added : null,
            new Correlation.Sweep(
                out.h(),
                out.w(),
                -window.padH(),
                -window.padW(),
                window.strideH(),
                window.strideW(),
                0,
                0,
                1,
                1,
                window.height(),
                window.width()),
            new Correlation.Taps(0, in.c() * area, area, window.width(), 1),
            bias,
            layouts.training(),
            workers,
            choice);
    toY = vectors ? null : new Relayout(inVectors(out), y, added, relu, workers);
    ySize = vectors ? 0 : inVectors(out).size();
    long scratch = ySize + forward.scratchSize();

    if (layouts.training()) {
      Blocked dy = (Blocked) layouts.dy();
      Blocked dx = (Blocked) layouts.dx()[0];
      Blocked dr = residual ? (Blocked) layouts.dx()[1] : null;
      outputGradient = new OutputGradient(y, dy, dr, workers);
      weightGradient = WeightGradient.of(x, dy, window, workers, choice);
      scratch = Math.max(scratch, weightGradient.scratchSize());
      boolean direct = dx == null || vectors(dx);
      dataGradient =
          dx == null
              ? null
              : new DataGradient(dy, direct ? dx : inVectors(in), window, workers, choice);
      toDx = direct ? null : new Relayout(inVectors(in), dx, dx, false, workers);
      dxSize = direct ? 0 : inVectors(in).size();
      scratch = Math.max(scratch, dx == null ? 0 : dxSize + dataGradient.scratchSize());
    } else {
      outputGradient = null;
      weightGradient = null;
      dataGradient = null;
      toDx = null;
      dxSize = 0;
    }
    scratchSize = scratch;
  }

  private static boolean vectors(Blocked layout) {
    return layout.lanes() == Lanes.COUNT;
  }

  private static Blocked inVectors(Shape shape) {
    return new Blocked(shape, Lanes.COUNT, 0);
  }

  @Override
  public long scratchSize() {
    return scratchSize;
  }

  @Override
  public String algorithm() {
    String form = forward.form();
    return weightGradient == null ? form : form + ", dw " + weightGradient.form();
  }

  @Override
  public void load(Operands operands) {
    View w = operands.w()[0];
    View b = bias ? operands.w()[1] : w;
    forward.pack(array(w), base(w), array(b), base(b));
    if (dataGradient != null) {
      dataGradient.pack(array(w), base(w));
    }
  }

  @Override
  public void forward(Operands operands, int n) {
    View x = operands.x()[0];
    View y = operands.y();
    View added = residual ? operands.x()[1] : y;
    float[] addend = residual ? array(added) : null;
    View s = operands.scratch();
    int rest = base(s) + (int) ySize;
    if (toY == null) {
      forward.run(
          array(x), base(x), array(y), base(y), addend, base(added), relu, array(s), rest, n);
    } else {
      forward.run(array(x), base(x), array(s), base(s), null, 0, false, array(s), rest, n);
      toY.run(array(s), base(s), array(y), base(y), addend, base(added), n);
    }
  }

  @Override
  public void backward(Operands operands, int n) {
    View x = operands.x()[0];
    View y = operands.y();
    View dx = operands.dx()[0];
    View dy = operands.dy();
    View s = operands.scratch();
    if (relu) {
      outputGradient.mask(array(y), base(y), array(dy), base(dy), n);
    }
    if (residual && operands.dx()[1] != null) {
      View dr = operands.dx()[1];
      outputGradient.pass(array(dy), base(dy), array(dr), base(dr), operands.add()[1], n);
    }
    View dw = operands.dw()[0];
    if (dw != null) {
      weightGradient.run(
          array(x), base(x), array(dy), base(dy), array(dw), base(dw), array(s), base(s), n);
    }
    if (bias && operands.dw()[1] != null) {
      View db = operands.dw()[1];
      outputGradient.sum(array(dy), base(dy), array(db), base(db), n);
    }
    int rest = base(s) + (int) dxSize;
    boolean add = operands.add()[0];
    if (dx != null && toDx == null) {
      dataGradient.run(array(dy), base(dy), array(dx), base(dx), add, array(s), rest, n);
    } else if (dx != null) {
      dataGradient.run(array(dy), base(dy), array(s), base(s), false, array(s), rest, n);
      toDx.run(array(s), base(s), array(dx), base(dx), add ? array(dx) : null, base(dx), n);
    }
  }

  private static float[] array(View view) {
    return CpuMemory.array(view);
  }

  private static int base(View view) {
    return CpuMemory.base(view);
  }
}
