package dev.drsn.bench.time;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** What this machine can do at most, measured: fused multiply-adds and copying. */
public final class Roof {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int CHAINS = 12;
  private static final int TRIPS = 2_000_000;

  /** Floats of a thread: 128 MB, four times a large last cache. */
  private static final int COPIED = 32 << 20;

  private static final int REPEATS = 12;

  private Roof() {}

  /** The most fused multiply-adds a second, in GFLOP/s (two operations each). */
  public static double fmaGflops(int threads) {
    double operations = 2.0 * threads * CHAINS * TRIPS * SPECIES.length();
    return operations / fastest(threads, _ -> chains(TRIPS)) / 1e9;
  }

  /** The most bytes a second that copying between arrays beyond all caches moves, in GB/s. */
  public static double copyGigabytes(int threads) {
    float[][] from = new float[threads][COPIED];
    float[][] to = new float[threads][COPIED];
    double bytes = 2.0 * Float.BYTES * threads * COPIED;
    double seconds =
        fastest(
            threads,
            i -> {
              System.arraycopy(from[i], 0, to[i], 0, COPIED);
              return to[i][COPIED - 1];
            });
    return bytes / seconds / 1e9;
  }

  /** Seconds of the fastest of several repeats on all threads at once. */
  private static double fastest(int threads, IntFunction<Float> part) {
    double best = Double.POSITIVE_INFINITY;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int repeat = 0; repeat < REPEATS; repeat++) {
        long start = System.nanoTime();
        List<Future<Float>> parts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          int thread = i;
          parts.add(pool.submit(() -> part.apply(thread)));
        }
        for (Future<Float> each : parts) {
          each.get();
        }
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return best;
  }

  /** Independent chains, so many that the latency of one hides behind the others. */
  private static float chains(int trips) {
    FloatVector x = FloatVector.broadcast(SPECIES, 0.999f);
    FloatVector y = FloatVector.broadcast(SPECIES, 0.001f);
    FloatVector a = y;
    FloatVector b = y;
    FloatVector c = y;
    FloatVector d = y;
    FloatVector e = y;
    FloatVector f = y;
    FloatVector g = y;
    FloatVector h = y;
    FloatVector i = y;
    FloatVector j = y;
    FloatVector k = y;
    FloatVector l = y;
    for (int trip = 0; trip < trips; trip++) {
      a = a.fma(x, y);
      b = b.fma(x, y);
      c = c.fma(x, y);
      d = d.fma(x, y);
      e = e.fma(x, y);
      f = f.fma(x, y);
      g = g.fma(x, y);
      h = h.fma(x, y);
      i = i.fma(x, y);
      j = j.fma(x, y);
      k = k.fma(x, y);
      l = l.fma(x, y);
    }
    FloatVector sum = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k);
    return sum.add(l).lane(0);
  }
}
