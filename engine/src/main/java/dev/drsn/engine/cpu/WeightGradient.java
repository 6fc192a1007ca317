package dev.drsn.engine.cpu;

import dev.drsn.engine.op.Window;
import java.util.ArrayList;
import java.util.List;

/**
 * Weight gradient of a convolution: {@code dw[k,c,r,s] += sum over n,p,q of dy[n,k,p,q] x[n, c, p
 * strideH - padH + r, q strideW - padW + s]}. Sums are cut and added in an order that depends on
 * shapes only, so the result does not depend on the number of threads.
 */
sealed interface WeightGradient
    permits DirectWeightGradient, InterleavedWeightGradient, WinogradWeightGradient {

  /**
   * The weight gradient by whichever algorithm is expected to be the fastest.
   *
   * @param in x's layout
   * @param out dy's layout
   */
  static WeightGradient of(Blocked in, Blocked out, Window window, Workers workers, Choice choice) {
    int rows = out.shape().h();
    int columns = out.shape().w();
    List<Choice.Candidate<WeightGradient>> candidates = new ArrayList<>();
    for (Winograd winograd : Winograd.suitable(choice.algorithm(), in, out, window)) {
      candidates.add(
          new Choice.Candidate<>(
              "winograd " + winograd.m,
              winograd.gradientWork(in.shape().n(), in.blocks(), out.blocks(), rows, columns),
              () -> new WinogradWeightGradient(in, out, window, winograd, workers)));
    }
    if (candidates.isEmpty() || choice.algorithm().allowsDirect()) {
      candidates.add(
          new Choice.Candidate<>(
              "direct",
              Winograd.directWork(in.blocks(), out.blocks(), rows, columns),
              () ->
                  in.lanes() == Lanes.COUNT
                      ? new DirectWeightGradient(in, out, window, workers)
                      : new InterleavedWeightGradient(in, out, window, workers)));
    }
    return choice.of(candidates);
  }

  /** As profiles show it. */
  String form();

  /** Scalars of scratch that {@link #run} needs. */
  long scratchSize();

  /**
   * Adds the gradient of the first n samples to dw.
   *
   * @param dw dense [K, C, R, S]
   */
  void run(
      float[] x,
      int xBase,
      float[] dy,
      int dyBase,
      float[] dw,
      int dwBase,
      float[] scratch,
      int scratchBase,
      int n);
}
