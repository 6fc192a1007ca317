package dev.drsn.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.tensor.Shape;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@link WinogradCorrelation} and {@link PhasedWinograd} against {@link DirectCorrelation} where
 * the transformed weights are large: the cases of the parity tests have too few channels to get
 * there.
 */
final class WinogradCorrelationTest {

  private static final int N = 3;
  private static final int SIDE = 15;

  @ParameterizedTest
  @CsvSource({"448,440,1", "448,440,2", "448,440,3", "512,512,2", "512,40,2", "40,512,2"})
  void equalsDirectSums(int channels, int outputs, int threads) {
    float[] expected = run(Way.DIRECT, channels, outputs, threads, N);
    assertClose(run(Way.WINOGRAD, channels, outputs, threads, N), expected);
    assertClose(run(Way.PHASED, channels, outputs, threads, N), expected);
  }

  @Test
  void severalChunksEqualDirectSums() {
    assertClose(run(Way.PHASED, 1024, 33, 2, 5), run(Way.DIRECT, 1024, 33, 2, 5));
  }

  private static void assertClose(float[] actual, float[] expected) {
    double error = 0;
    double size = 0;
    for (int i = 0; i < expected.length; i++) {
      error += Math.pow(actual[i] - expected[i], 2);
      size += Math.pow(expected[i], 2);
    }
    assertThat(size).isPositive();
    assertThat(Math.sqrt(error / size)).isLessThan(1e-5);
  }

  @ParameterizedTest
  @EnumSource
  void doesNotDependOnTheNumberOfThreads(Way way) {
    assertThat(Arrays.equals(run(way, 448, 440, 3, N), run(way, 448, 440, 1, N))).isTrue();
  }

  @Test
  void moreThreadsThanGroupsChangeNothing() {
    assertThat(Arrays.equals(run(Way.PHASED, 512, 40, 7, N), run(Way.PHASED, 512, 40, 1, N)))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void leavesFurtherSamplesAlone(Way way) {
    float[] two = run(way, 448, 440, 2, 2);
    float[] three = run(way, 448, 440, 2, N);
    int sample = two.length / N;
    assertThat(Arrays.equals(two, 0, 2 * sample, three, 0, 2 * sample)).isTrue();
    assertThat(Arrays.equals(two, 2 * sample, 3 * sample, new float[sample], 0, sample)).isTrue();
  }

  /** How to compute the correlation. */
  enum Way {
    DIRECT,
    WINOGRAD,
    PHASED
  }

  /** y of a 3x3 correlation with padding 1, bias, residual and ReLU, halos and all. */
  private static float[] run(Way way, int channels, int outputs, int threads, int samples) {
    int n = Math.max(N, samples);
    Blocked in = new Blocked(Shape.of(n, channels, SIDE, SIDE), Lanes.COUNT, 1);
    Blocked out = new Blocked(Shape.of(n, outputs, SIDE, SIDE), Lanes.COUNT, 1);
    SplittableRandom random = new SplittableRandom(1);
    float[] x = values(in, random);
    float[] residual = values(out, random);
    float[] weight = values(outputs * channels * 9, random);
    float[] bias = values(outputs, random);
    float[] y = new float[(int) out.size()];
    try (Workers workers = new Workers(threads)) {
      Correlation correlation = correlation(way, in, out, workers);
      correlation.pack(weight, 0, bias, 0);
      float[] scratch = new float[(int) correlation.scratchSize()];
      // Scratch may hold anything.
      Arrays.fill(scratch, Float.NaN);
      correlation.run(x, 0, y, 0, residual, 0, true, scratch, 0, samples);
    }
    return y;
  }

  private static Correlation correlation(Way way, Blocked in, Blocked out, Workers workers) {
    Correlation.Sweep sweep = new Correlation.Sweep(SIDE, SIDE, -1, -1, 1, 1, 0, 0, 1, 1, 3, 3);
    Correlation.Taps taps = new Correlation.Taps(0, in.shape().c() * 9, 9, 3, 1);
    Winograd winograd = Winograd.suitable(Algorithm.WINOGRAD_4).getFirst();
    return switch (way) {
      case DIRECT -> new DirectCorrelation(in, out, out, sweep, taps, true, workers);
      case WINOGRAD -> new WinogradCorrelation(in, out, out, sweep, taps, true, winograd, workers);
      case PHASED -> new PhasedWinograd(in, out, out, sweep, taps, true, winograd, workers);
    };
  }

  private static float[] values(int count, SplittableRandom random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  /** Random pixels, zero padding. */
  private static float[] values(Blocked layout, SplittableRandom random) {
    float[] values = new float[(int) layout.size()];
    Shape shape = layout.shape();
    for (int plane = 0; plane < shape.n() * layout.blocks(); plane++) {
      int lanes = Math.min(Lanes.COUNT, shape.c() - plane % layout.blocks() * Lanes.COUNT);
      for (int i = 0; i < shape.area(); i++) {
        int at =
            layout.plane(plane) + i / shape.w() * layout.rowStride() + i % shape.w() * Lanes.COUNT;
        for (int lane = 0; lane < lanes; lane++) {
          values[at + lane] = (float) random.nextDouble(-1, 1);
        }
      }
    }
    return values;
  }
}
