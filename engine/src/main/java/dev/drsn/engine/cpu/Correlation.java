package dev.drsn.engine.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * Slides a window over blocked images: {@code y[n, o, point] = sum over i, r, s of x[n, i,
 * window(point) + (r, s)] w[o, i, r, s]}, then bias, residual and ReLU. Forward of a convolution is
 * one correlation; its data gradient is one for each phase of the stride, over dy.
 */
sealed interface Correlation permits DirectCorrelation, WinogradCorrelation, PhasedWinograd {

  /**
   * Which points and which window: point (p, q) with p below rows and q below columns reads x from
   * pixel (inRow + p inStepH, inColumn + q inStepW) on and is pixel (outRow + p outStepH, ...) of
   * y.
   */
  record Sweep(
      int rows,
      int columns,
      int inRow,
      int inColumn,
      int inStepH,
      int inStepW,
      int outRow,
      int outColumn,
      int outStepH,
      int outStepW,
      int height,
      int width) {

    int points() {
      return rows * columns;
    }
  }

  /**
   * Where w[o, i, r, s] lies in the dense parameter: {@code first + o out + i in + r row + s
   * column}.
   */
  record Taps(int first, int out, int in, int row, int column) {}

  /**
   * The correlation by whichever algorithm is expected to be the fastest.
   *
   * @param in x's layout, any number of lanes
   * @param out y's layout, vectors
   * @param added the residual's layout, vectors, or null
   * @param changing whether weights change with every run, as they do in training
   */
  static Correlation of(
      Blocked in,
      Blocked out,
      Blocked added,
      Sweep sweep,
      Taps taps,
      boolean bias,
      boolean changing,
      Workers workers,
      Choice choice) {
    List<Choice.Candidate<Correlation>> candidates = new ArrayList<>();
    for (Winograd winograd : Winograd.suitable(choice.algorithm(), in, sweep)) {
      double work =
          winograd.work(in.shape().n(), in.blocks(), out.blocks(), sweep.rows(), sweep.columns());
      candidates.add(
          new Choice.Candidate<>(
              "winograd " + winograd.m,
              work,
              () ->
                  changing && winograd.hasLargeWeights(in.blocks(), out.blocks())
                      ? new PhasedWinograd(in, out, added, sweep, taps, bias, winograd, workers)
                      : new WinogradCorrelation(
                          in, out, added, sweep, taps, bias, winograd, workers)));
    }
    if (candidates.isEmpty() || choice.algorithm().allowsDirect()) {
      candidates.add(
          new Choice.Candidate<>(
              "direct",
              Winograd.directWork(in.blocks(), out.blocks(), sweep.rows(), sweep.columns()),
              () -> new DirectCorrelation(in, out, added, sweep, taps, bias, workers)));
    }
    String problem =
        in.shape() + " to " + out.shape() + ", " + sweep.rows() + " x " + sweep.columns();
    return choice.of(problem, candidates, each -> new CorrelationTrial(each, in, out));
  }

  /** As profiles show it. */
  String form();

  /** Scalars of scratch that {@link #run} needs. */
  default long scratchSize() {
    return 0;
  }

  /** Brings the dense weights and the bias, if there is one, into the order of their reads. */
  void pack(float[] weight, int weightBase, float[] bias, int biasBase);

  /**
   * Runs the first n samples.
   *
   * @param residual what to add, or null
   */
  void run(
      float[] x,
      int xBase,
      float[] y,
      int yBase,
      float[] residual,
      int residualBase,
      boolean relu,
      float[] scratch,
      int scratchBase,
      int n);
}
