package dev.drsn.bench.op;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Dense;
import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** A layer compiled on a backend, with its numbers uploaded; owns its memory and its kernel. */
public final class CompiledLayer implements AutoCloseable {

  /** Scalars without a shape. */
  private record Scalars(long size) implements Layout {
    @Override
    public Shape shape() {
      return Shape.of(Math.max(1, Math.toIntExact(size)));
    }
  }

  private final Backend backend;
  private final Kernel kernel;
  private final Operands operands;
  private final List<Memory> memories = new ArrayList<>();
  private final int n;

  /**
   * Compiles.
   *
   * @param backend not owned
   * @param training whether {@link #backward} will be called
   */
  public CompiledLayer(Backend backend, Layer layer, Layer.Numbers numbers, boolean training) {
    this.backend = backend;
    n = layer.x().getFirst().n();
    Layouts layouts = layer.layouts(backend, training);
    kernel = backend.compile(layer.op(), layouts);
    View[] x = views(layouts.x());
    for (int i = 0; i < x.length; i++) {
      backend.upload(numbers.x()[i], x[i], n);
    }
    List<Parameter> parameters = layer.parameters();
    View[] w = new View[parameters.size()];
    View[] dw = new View[parameters.size()];
    for (int i = 0; i < w.length; i++) {
      Shape shape = parameters.get(i).shape();
      w[i] = view(new Dense(shape));
      backend.upload(numbers.w()[i], w[i], shape.n());
      dw[i] = training && parameters.get(i).role().trainable() ? view(new Dense(shape)) : null;
    }
    View dy = training ? view(layouts.dy()) : null;
    if (training) {
      backend.upload(numbers.dy(), dy, layer.y().n());
    }
    operands =
        new Operands(
            x,
            view(layouts.y()),
            w,
            training ? views(layouts.dx()) : null,
            dy,
            training ? dw : null,
            new boolean[x.length],
            view(new Scalars(kernel.savedSize())),
            view(new Scalars(kernel.scratchSize())));
    kernel.load(operands);
  }

  private View[] views(Layout[] layouts) {
    View[] views = new View[layouts.length];
    for (int i = 0; i < views.length; i++) {
      views[i] = layouts[i] == null ? null : view(layouts[i]);
    }
    return views;
  }

  private View view(Layout layout) {
    Memory memory = backend.allocate(layout.size());
    memories.add(memory);
    return new View(memory, 0, layout);
  }

  /** What the backend chose. */
  public String algorithm() {
    return kernel.algorithm();
  }

  /** Computes y. */
  public void forward() {
    kernel.forward(operands, n);
  }

  /** Computes dx and adds to dw, after {@link #forward}; the output's gradient may be destroyed. */
  public void backward() {
    kernel.backward(operands, n);
  }

  /** The output. */
  public float[] y() {
    return values(operands.y());
  }

  /** Gradients by the inputs that have one. */
  public List<float[]> dx() {
    return values(operands.dx());
  }

  /** Gradients by the parameters that learn. */
  public List<float[]> dw() {
    return values(operands.dw());
  }

  private List<float[]> values(View[] views) {
    List<float[]> all = new ArrayList<>();
    for (View view : views) {
      if (view != null) {
        all.add(values(view));
      }
    }
    return all;
  }

  private float[] values(View view) {
    float[] values = new float[view.shape().elements()];
    backend.download(view, values, view.shape().n());
    return values;
  }

  @Override
  public void close() {
    kernel.close();
    memories.forEach(Memory::close);
  }
}
