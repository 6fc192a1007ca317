package dev.drsn.engine.cpu;

import java.util.Arrays;

/** Runs a correlation on black images; zeros take as long as others. */
final class CorrelationTrial implements Duel.Side {

  private static final int AT = CpuMemory.BASE;

  private final Correlation correlation;
  private final int n;
  private final float[] x;
  private final float[] y;
  private final float[] scratch;

  CorrelationTrial(Correlation correlation, Blocked in, Blocked out) {
    this.correlation = correlation;
    n = in.shape().n();
    x = new float[AT + Math.toIntExact(in.size())];
    y = new float[AT + Math.toIntExact(out.size())];
    scratch = new float[AT + Math.toIntExact(correlation.scratchSize())];
  }

  /** The layer before has just written x. */
  @Override
  public void prepare() {
    Arrays.fill(x, 0);
  }

  @Override
  public void run() {
    correlation.run(x, AT, y, AT, null, 0, false, scratch, AT, n);
  }
}
