package dev.drsn.engine.op;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Dense;
import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.tensor.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * One case compiled on one backend. A step gives it numbers, runs forward and backward and returns
 * everything they computed by name ({@code y}, {@code dx0}, {@code dweight}, {@code running_mean});
 * on the way it fails where the kernel breaks its contract: writes outside its views, to padding or
 * to samples beyond n, or changes what it may only read. What a kernel must not rely on is NaN
 * before.
 */
final class OpRun implements AutoCloseable {

  /** Which gradients are wanted. */
  enum Mode {
    TRAINING,
    /** No input's: the first layer. */
    NO_DX,
    /** No parameter's: a frozen layer. */
    NO_DW,
    /** None at all. */
    INFERENCE
  }

  /** Which inputs' gradients add to what is there. */
  enum Add {
    NONE,
    ALL,
    FIRST,
    ALL_BUT_FIRST;

    boolean adds(int input) {
      return switch (this) {
        case NONE -> false;
        case ALL -> true;
        case FIRST -> input == 0;
        case ALL_BUT_FIRST -> input != 0;
      };
    }
  }

  /**
   * One call of forward and backward.
   *
   * @param n samples
   * @param load whether there are new parameters
   * @param add which dx add to what is there
   * @param keep whether dw goes on from the step before
   */
  record Step(int n, boolean load, Add add, boolean keep) {}

  /** What inputs are beyond n samples. */
  private static final float UNUSED = 1e3f;

  /** A layout for its neighbours' sake: what a consumer with a large window asks for. */
  private static final Op WIDE = new Op.Convolution(8, Window.square(7, 1, 3), false);

  private final OpCase test;
  private final Backend backend;
  private final Kernel kernel;
  private final Guarded[] x;
  private final Guarded y;
  private final Guarded[] w;
  private final Guarded[] dx;
  private final Guarded dy;
  private final Guarded[] dw;
  private final Guarded saved;
  private final Guarded scratch;
  private final boolean[] add;
  private final Operands operands;

  /**
   * Compiles.
   *
   * @param wide whether x, y and dx are laid out for neighbours with large windows
   */
  OpRun(Backend backend, OpCase test, Mode mode, boolean wide) {
    this.test = test;
    this.backend = backend;
    List<Shape> inputs = test.x();
    List<Parameter> parameters = test.parameters();
    Layout[] layouts = new Layout[inputs.size()];
    Layout[] gradients = new Layout[inputs.size()];
    boolean training = mode != Mode.INFERENCE;
    for (int i = 0; i < layouts.length; i++) {
      Shape shape = inputs.get(i);
      boolean image = shape.rank() == 4;
      layouts[i] =
          backend.activation(shape, wide && image ? List.of(test.op(), WIDE) : List.of(test.op()));
      if (training && mode != Mode.NO_DX && test.differentiable(i)) {
        gradients[i] = backend.gradient(shape, wide && image ? WIDE : new Op.Relu());
      }
    }
    Shape out = test.y();
    Layout result = backend.activation(out, wide && out.rank() == 4 ? List.of(WIDE) : List.of());
    Layout resultGradient = training ? backend.gradient(out, test.op()) : null;
    kernel =
        backend.compile(
            test.op(),
            training
                ? new Layouts(layouts, result, gradients, resultGradient)
                : Layouts.forward(layouts, result));
    x = guard(layouts);
    y = new Guarded(backend, result);
    w = new Guarded[parameters.size()];
    dw = new Guarded[parameters.size()];
    for (int i = 0; i < w.length; i++) {
      Layout dense = new Dense(parameters.get(i).shape());
      w[i] = new Guarded(backend, dense);
      if (training && mode != Mode.NO_DW && parameters.get(i).role().trainable()) {
        dw[i] = new Guarded(backend, dense);
      }
    }
    dx = guard(gradients);
    dy = training ? new Guarded(backend, resultGradient) : null;
    saved = new Guarded(backend, new Guarded.Bare(kernel.savedSize()));
    scratch = new Guarded(backend, new Guarded.Bare(kernel.scratchSize()));
    add = new boolean[inputs.size()];
    operands =
        new Operands(
            views(x),
            y.view(),
            views(w),
            training ? views(dx) : null,
            training ? dy.view() : null,
            training ? views(dw) : null,
            add,
            saved.view(),
            scratch.view());
  }

  private Guarded[] guard(Layout[] layouts) {
    Guarded[] all = new Guarded[layouts.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = layouts[i] == null ? null : new Guarded(backend, layouts[i]);
    }
    return all;
  }

  private static View[] views(Guarded[] all) {
    View[] views = new View[all.length];
    for (int i = 0; i < all.length; i++) {
      views[i] = all[i] == null ? null : all[i].view();
    }
    return views;
  }

  Operands operands() {
    return operands;
  }

  Kernel kernel() {
    return kernel;
  }

  /** Runs one step; see the class. */
  Map<String, float[]> step(Step step, OpCase.Data data) {
    Map<String, float[]> results = new LinkedHashMap<>();
    prepare(step, data);
    forward(step.n(), results);
    if (dy != null) {
      backward(step, data, results);
    }
    return results;
  }

  private void prepare(Step step, OpCase.Data data) {
    for (int i = 0; i < x.length; i++) {
      x[i].upload(data.x()[i], step.n(), UNUSED);
    }
    if (step.load()) {
      for (int i = 0; i < w.length; i++) {
        w[i].upload(data.w()[i], w[i].view().shape().n(), UNUSED);
      }
      scratch.poison();
      kernel.load(operands);
    }
    y.poison();
    saved.poison();
    scratch.poison();
  }

  private void forward(int n, Map<String, float[]> results) {
    float[][] xBefore = raw(x);
    float[][] wBefore = raw(w);
    kernel.forward(operands, n);
    checkAll("forward");
    same("x", xBefore, raw(x), i -> true);
    same("w", wBefore, raw(w), i -> test.parameters().get(i).role().trainable() || !moves());
    y.checkUntouched("forward: y", test.outputSamples(n));
    results.put("y", y.download(test.outputSamples(n)));
    for (int i = 0; i < w.length; i++) {
      Parameter parameter = test.parameters().get(i);
      if (!parameter.role().trainable()) {
        results.put(parameter.name(), w[i].download(parameter.shape().n()));
      }
    }
  }

  private void backward(Step step, OpCase.Data data, Map<String, float[]> results) {
    int n = step.n();
    dy.upload(data.dy(), test.outputSamples(n), UNUSED);
    scratch.poison();
    for (int i = 0; i < dx.length; i++) {
      add[i] = step.add().adds(i);
      if (dx[i] != null) {
        dx[i].upload(data.dxBefore()[i], add[i] ? n : 0, Float.NaN);
      }
    }
    for (int i = 0; i < dw.length; i++) {
      if (dw[i] != null && !step.keep()) {
        dw[i].upload(data.dwBefore()[i], dw[i].view().shape().n(), UNUSED);
      }
    }
    float[][] before = raw(x);
    float[] yBefore = y.raw();
    float[][] wBefore = raw(w);
    kernel.backward(operands, n);
    checkAll("backward");
    same("x", before, raw(x), i -> true);
    same("w", wBefore, raw(w), i -> true);
    same("y", new float[][] {yBefore}, new float[][] {y.raw()}, i -> true);
    for (int i = 0; i < dx.length; i++) {
      if (dx[i] != null) {
        dx[i].checkUntouched("backward: dx" + i, n);
        results.put("dx" + i, dx[i].download(n));
      }
    }
    for (int i = 0; i < dw.length; i++) {
      if (dw[i] != null) {
        results.put(
            "d" + test.parameters().get(i).name(), dw[i].download(dw[i].view().shape().n()));
      }
    }
  }

  /** Whether forward moves running statistics. */
  private boolean moves() {
    return switch (test.op()) {
      case Op.BatchNorm o -> o.norm() == Norm.BATCH;
      case Op.Shrinkage o -> o.norm() == Norm.BATCH;
      default -> false;
    };
  }

  private static float[][] raw(Guarded[] all) {
    return Arrays.stream(all).map(Guarded::raw).toArray(float[][]::new);
  }

  private static void same(String name, float[][] before, float[][] after, IntPredicate which) {
    for (int i = 0; i < before.length; i++) {
      if (which.test(i) && !Arrays.equals(before[i], after[i])) {
        throw new AssertionError(name + i + " was changed, and may only be read");
      }
    }
  }

  private void checkAll(String when) {
    check(when + ": x", x);
    check(when + ": y", y);
    check(when + ": w", w);
    check(when + ": dx", dx);
    check(when + ": dy", dy);
    check(when + ": dw", dw);
    check(when + ": saved", saved);
    check(when + ": scratch", scratch);
  }

  private static void check(String name, Guarded... all) {
    for (Guarded one : all) {
      if (one != null) {
        one.check(name);
      }
    }
  }

  @Override
  public void close() {
    kernel.close();
    for (Guarded[] all : List.of(x, w, dx, dw, new Guarded[] {y, dy, saved, scratch})) {
      for (Guarded one : all) {
        if (one != null) {
          one.close();
        }
      }
    }
  }
}
