package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;
import static dev.drsn.engine.cpu.CpuMemory.base;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A kernel for values whose few channels are interleaved because a convolution reads them too:
 * works on blocked copies of its own. Only values of at most four channels are, so the copies cost
 * little, and the other kernels know vectors only. Gradients are never interleaved.
 */
final class Interleaved implements Kernel {

  /** An interleaved value and its blocked copy. */
  private static final class Copy {
    final View blocked;
    private final Relayout in;
    private final Relayout out;

    Copy(Blocked interleaved, Workers workers) {
      Blocked layout = new Blocked(interleaved.shape(), Lanes.COUNT, 0);
      blocked = new View(new CpuMemory(layout.size()), 0, layout);
      in = new Relayout(interleaved, layout, null, false, workers);
      out = new Relayout(layout, interleaved, null, false, workers);
    }

    void take(View interleaved, int n) {
      in.run(array(interleaved), base(interleaved), array(blocked), base(blocked), null, 0, n);
    }

    void give(View interleaved, int n) {
      out.run(array(blocked), base(blocked), array(interleaved), base(interleaved), null, 0, n);
    }
  }

  /** One an input, null where it is blocked already; y's likewise. */
  private final Copy[] x;

  private final Copy y;
  private final Kernel kernel;

  /** What the latest call was given, and the same with copies in place of interleaved values. */
  private Operands operands;

  private Operands bound;

  /**
   * Compiles.
   *
   * @param compile makes the kernel that does the work
   */
  Interleaved(Layouts layouts, Workers workers, Function<Layouts, Kernel> compile) {
    x = Arrays.stream(layouts.x()).map(l -> copy(l, workers)).toArray(Copy[]::new);
    y = copy(layouts.y(), workers);
    Layout[] inputs = new Layout[x.length];
    for (int i = 0; i < x.length; i++) {
      inputs[i] = x[i] == null ? layouts.x()[i] : x[i].blocked.layout();
    }
    Layout output = y == null ? layouts.y() : y.blocked.layout();
    kernel = compile.apply(new Layouts(inputs, output, layouts.dx(), layouts.dy()));
  }

  /** Whether any value is interleaved. */
  static boolean needed(Layouts layouts) {
    return Stream.concat(Arrays.stream(layouts.x()), Stream.of(layouts.y()))
        .anyMatch(Interleaved::interleaved);
  }

  private static boolean interleaved(Layout layout) {
    return ((Blocked) layout).lanes() != Lanes.COUNT;
  }

  private static Copy copy(Layout layout, Workers workers) {
    return interleaved(layout) ? new Copy((Blocked) layout, workers) : null;
  }

  /**
   * A plan has one Operands for a kernel: looking whether it is the same one is enough, and quick.
   */
  @SuppressWarnings("ReferenceEquality")
  private Operands bind(Operands operands) {
    if (this.operands != operands) {
      this.operands = operands;
      View[] inputs = operands.x().clone();
      for (int i = 0; i < x.length; i++) {
        inputs[i] = x[i] == null ? inputs[i] : x[i].blocked;
      }
      bound =
          new Operands(
              inputs,
              y == null ? operands.y() : y.blocked,
              operands.w(),
              operands.dx(),
              operands.dy(),
              operands.dw(),
              operands.add(),
              operands.saved(),
              operands.scratch());
    }
    return bound;
  }

  private void takeInputs(int n) {
    for (int i = 0; i < x.length; i++) {
      if (x[i] != null) {
        x[i].take(operands.x()[i], n);
      }
    }
  }

  @Override
  public long savedSize() {
    return kernel.savedSize();
  }

  @Override
  public long scratchSize() {
    return kernel.scratchSize();
  }

  @Override
  public void load(Operands operands) {
    kernel.load(bind(operands));
  }

  @Override
  public void forward(Operands operands, int n) {
    Operands inner = bind(operands);
    takeInputs(n);
    kernel.forward(inner, n);
    if (y != null) {
      y.give(operands.y(), n);
    }
  }

  @Override
  public void backward(Operands operands, int n) {
    Operands inner = bind(operands);
    takeInputs(n);
    if (y != null) {
      y.take(operands.y(), n);
    }
    kernel.backward(inner, n);
  }

  @Override
  public void close() {
    kernel.close();
  }
}
