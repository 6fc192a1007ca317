package dev.drsn.bench.time;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** What this machine can do at most, measured: fused multiply-adds on a number of threads. */
public final class Roof {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int CHAINS = 12;
  private static final int TRIPS = 2_000_000;
  private static final int REPEATS = 12;

  private Roof() {}

  /** The most fused multiply-adds a second, in GFLOP/s (two operations each). */
  public static double fmaGflops(int threads) {
    double best = 0;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int repeat = 0; repeat < REPEATS; repeat++) {
        long start = System.nanoTime();
        List<Future<Float>> parts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          parts.add(pool.submit(() -> chains(TRIPS)));
        }
        for (Future<Float> part : parts) {
          part.get();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double operations = 2.0 * threads * CHAINS * TRIPS * SPECIES.length();
        best = Math.max(best, operations / seconds / 1e9);
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
