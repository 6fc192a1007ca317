package dev.drsn.engine.backend;

/**
 * One step of an optimiser over a run of flat parameter memory. All views are dense and of one
 * size; m and v are the optimiser's state, zero before the first step (SGD uses m only).
 */
public interface OptimizerKernel {

  /**
   * Moves w along its gradient.
   *
   * @param rate learning rate of this run at this step
   * @param decay weight decay of this run
   * @param step counts from 1, for bias correction
   */
  void step(View w, View dw, View m, View v, double rate, double decay, int step);

  /** Exponential moving average: {@code average = decay average + (1 - decay) w}. */
  void average(View average, View w, double decay);
}
