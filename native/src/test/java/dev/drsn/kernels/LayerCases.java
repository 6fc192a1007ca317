package dev.drsn.kernels;

import static dev.drsn.kernels.GateCases.ones;
import static dev.drsn.kernels.GateCases.plusOne;
import static dev.drsn.kernels.Trial.pad;

import dev.drsn.kernels.HostKernels.Geometry;
import dev.drsn.kernels.Trial.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cases for pointwise.cu, batch_norm.cu, pooling.cu and relayout.cu. */
final class LayerCases {
  private static final int N = 2;
  private static final int AREA = 9;
  private static final int C = 13;
  private static final int CS = 16;

  private LayerCases() {}

  static List<KernelCase> all() {
    List<KernelCase> all = new ArrayList<>();
    all.add(new KernelCase("relu and sigmoid", LayerCases::unary));
    all.add(new KernelCase("add and epilogue", LayerCases::add));
    for (int slices : List.of(1, 3)) {
      all.add(new KernelCase("batch norm, slices " + slices, t -> batchNorm(t, slices, true)));
      all.add(new KernelCase("running norm, slices " + slices, t -> batchNorm(t, slices, false)));
    }
    all.add(new KernelCase("bias", LayerCases::bias));
    all.add(new KernelCase("max pool", t -> pool(t, true, false)));
    all.add(new KernelCase("average pool", t -> pool(t, false, false)));
    all.add(new KernelCase("adaptive average", t -> pool(t, false, true)));
    all.add(new KernelCase("global average", LayerCases::globalAverage));
    all.add(new KernelCase("layouts", LayerCases::relayout));
    all.add(new KernelCase("weights", LayerCases::weights));
    return all;
  }

  private static long vectors(Trial trial, int elements) {
    return elements / (trial.type.equals("f32") ? 4 : 8);
  }

  private static void unary(Trial trial) {
    double[] x = trial.gaussian(N * AREA * C);
    double[] dy = trial.gaussian(N * AREA * C);
    long vectors = vectors(trial, N * AREA * CS);
    Geometry two = new Geometry(2, 1, 1, 32, 1, 1, 0);
    Buffer y = trial.garbage(trial.type, N * AREA * CS);
    Buffer dx = trial.x(pad(ones(x.length), C, CS));
    Buffer dyBuffer = trial.x(pad(dy, C, CS));
    trial.launch("relu_forward", two, trial.x(pad(x, C, CS)), y, vectors);
    trial.check("relu", y, pad(Arrays.stream(x).map(v -> Math.max(v, 0)).toArray(), C, CS));
    trial.launch("relu_backward", two, y, dyBuffer, dx, vectors, true);
    trial.check(
        "relu dx",
        dx,
        pad(Trial.filled(x.length, i -> x[(int) i] > 0 ? 1 + dy[(int) i] : 1), C, CS));
    trial.launch("sigmoid_forward", two, trial.x(pad(x, C, CS)), y, vectors, C, CS);
    trial.check(
        "sigmoid", y, pad(Arrays.stream(x).map(v -> 1 / (1 + Math.exp(-v))).toArray(), C, CS));
    Buffer fresh = trial.garbage(trial.type, N * AREA * CS);
    trial.launch("sigmoid_backward", two, y, dyBuffer, fresh, vectors, false);
    double[] s = y.values();
    double[] expected = new double[s.length];
    for (int i = 0; i < s.length; i++) {
      expected[i] = dyBuffer.get(i) * s[i] * (1 - s[i]);
    }
    trial.check("sigmoid dx", fresh, expected);
    Buffer part = trial.garbage(trial.type, 7);
    trial.launch("fill", two, part, 2.5f, 7L);
    trial.check("fill", part, Trial.filled(7, i -> 2.5));
  }

  private static void add(Trial trial) {
    double[] a = trial.gaussian(N * AREA * CS);
    double[] b = trial.gaussian(N * AREA * CS);
    double[] dy = trial.gaussian(N * AREA * CS);
    b[0] = -a[0];
    long vectors = vectors(trial, a.length);
    Geometry two = new Geometry(2, 1, 1, 32, 1, 1, 0);
    Buffer y = trial.garbage(trial.type, a.length);
    trial.launch("add_forward", two, trial.x(a), trial.x(b), y, vectors, true);
    double[] sum = Trial.filled(a.length, i -> Math.max(a[(int) i] + b[(int) i], 0));
    trial.check("y", y, sum);
    double[] g = Trial.filled(a.length, i -> y.get((int) i) > 0 ? dy[(int) i] : 0);
    Buffer dyBuffer = trial.x(dy);
    Buffer da = trial.garbage(trial.type, a.length);
    Buffer db = trial.x(ones(a.length));
    trial.launch("add_backward", two, y, dyBuffer, da, db, vectors, false, true);
    trial.check("da", da, g);
    trial.check("db", db, plusOne(g));
    trial.launch("add_backward", two, null, dyBuffer, null, da, vectors, false, false);
    trial.check("db without ReLU", da, dy);
    trial.launch("epilogue_backward", two, y, dyBuffer, db, vectors, false);
    trial.check("dy'", dyBuffer, g);
    trial.check("dresidual", db, g);
    trial.launch("add_forward", two, trial.x(a), trial.x(a), y, vectors, false);
    trial.check("a + a", y, Arrays.stream(a).map(v -> 2 * v).toArray());
  }

  private static void batchNorm(Trial trial, int slices, boolean batch) {
    int pixels = N * AREA;
    double[] x = Arrays.stream(trial.gaussian(pixels * C)).map(v -> trial.rounded(v + 4)).toArray();
    double[] residual = trial.gaussian(pixels * C);
    double[] dy = trial.gaussian(pixels * C);
    double[] gamma = trial.gaussian(C);
    double[] beta = trial.gaussian(C);
    double[] mean = new double[C];
    double[] var = new double[C];
    for (int i = 0; i < x.length; i++) {
      mean[i % C] += x[i] / pixels;
    }
    for (int i = 0; i < x.length; i++) {
      var[i % C] += Math.pow(x[i] - mean[i % C], 2) / pixels;
    }
    Geometry geometry = new Geometry(1, slices, 1, 64, 1, 1, 0);
    Buffer xBuffer = trial.x(pad(x, C, CS));
    Buffer partial = trial.garbage("f32", slices * 2 * CS);
    Buffer tickets = trial.zeros("i32", 1);
    Buffer meanBuffer = trial.floats(mean);
    Buffer varBuffer = trial.floats(var);
    if (batch) {
      meanBuffer = trial.garbage("f32", CS);
      varBuffer = trial.garbage("f32", CS);
      Buffer runningMean = trial.floats(ones(C));
      Buffer runningVar = trial.floats(ones(C));
      trial.launch(
          "batch_norm_statistics",
          geometry,
          xBuffer,
          meanBuffer,
          varBuffer,
          runningMean,
          runningVar,
          partial,
          tickets,
          pixels,
          C,
          CS);
      trial.check("mean", meanBuffer, pad(mean, C, CS));
      trial.check("var", varBuffer, pad(var, C, CS));
      trial.check("running mean", runningMean, moved(mean, 1));
      trial.check("running var", runningVar, moved(var, pixels / (pixels - 1.0)));
    }
    Buffer y = trial.garbage(trial.type, pixels * CS);
    Buffer gammaBuffer = trial.floats(gamma);
    trial.launch(
        "batch_norm_forward",
        geometry,
        xBuffer,
        trial.x(pad(residual, C, CS)),
        y,
        meanBuffer,
        varBuffer,
        gammaBuffer,
        trial.floats(beta),
        pixels,
        C,
        CS,
        true);
    double[] xhat = new double[x.length];
    double[] f = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      xhat[i] = (x[i] - mean[i % C]) / Math.sqrt(var[i % C] + 1e-5);
      f[i] = Math.max(gamma[i % C] * xhat[i] + beta[i % C] + residual[i], 0);
    }
    trial.check("y", y, pad(f, C, CS));

    double[] g = new double[x.length];
    double[] dgamma = new double[C];
    double[] dbeta = new double[C];
    for (int i = 0; i < x.length; i++) {
      g[i] = y.get(i / C * CS + i % C) > 0 ? dy[i] : 0;
      dgamma[i % C] += g[i] * xhat[i];
      dbeta[i % C] += g[i];
    }
    double[] dx = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double centred = batch ? (dbeta[i % C] + xhat[i] * dgamma[i % C]) / pixels : 0;
      dx[i] = gamma[i % C] / Math.sqrt(var[i % C] + 1e-5) * (g[i] - centred);
    }
    Buffer dyBuffer = trial.x(pad(dy, C, CS));
    Buffer dResidual = trial.x(pad(ones(x.length), C, CS));
    Buffer dGammaBuffer = trial.floats(ones(C));
    Buffer dBetaBuffer = trial.floats(ones(C));
    Buffer sums = trial.garbage("f32", 2 * CS);
    trial.launch(
        "batch_norm_sums",
        geometry,
        xBuffer,
        y,
        dyBuffer,
        dResidual,
        meanBuffer,
        varBuffer,
        dGammaBuffer,
        dBetaBuffer,
        sums,
        partial,
        tickets,
        pixels,
        C,
        CS,
        true);
    trial.check("dresidual", dResidual, pad(plusOne(g), C, CS));
    trial.check("dgamma", dGammaBuffer, plusOne(dgamma));
    trial.check("dbeta", dBetaBuffer, plusOne(dbeta));
    for (boolean add : new boolean[] {false, true}) {
      Buffer dxBuffer = trial.x(pad(ones(x.length), C, CS));
      trial.launch(
          "batch_norm_backward",
          geometry,
          xBuffer,
          y,
          dyBuffer,
          dxBuffer,
          meanBuffer,
          varBuffer,
          gammaBuffer,
          batch ? sums : null,
          pixels,
          C,
          CS,
          add);
      trial.check("dx", dxBuffer, pad(add ? plusOne(dx) : dx, C, CS));
    }
  }

  private static double[] moved(double[] batch, double factor) {
    return Arrays.stream(batch).map(v -> 0.9 + 0.1 * factor * v).toArray();
  }

  private static void bias(Trial trial) {
    double[] dy = trial.gaussian(N * AREA * C);
    double[] db = ones(C);
    for (int i = 0; i < dy.length; i++) {
      db[i % C] += dy[i];
    }
    Buffer sum = trial.floats(ones(C));
    trial.launch(
        "bias_backward",
        new Geometry(1, 2, 1, 64, 1, 1, 0),
        trial.x(pad(dy, C, CS)),
        sum,
        trial.garbage("f32", 2 * CS),
        trial.zeros("i32", 1),
        N * AREA,
        C,
        CS);
    trial.check("db", sum, db);
  }

  /** 5 x 4 pixels; windows 3 x 2, stride 2 x 1, padding 1 x 1, or regions 3 x 3. */
  private static void pool(Trial trial, boolean maximum, boolean adaptive) {
    int h = 5;
    int w = 4;
    int p = 3;
    int q = adaptive ? 3 : 5;
    double[] x = Arrays.stream(trial.gaussian(N * h * w * C)).map(Math::rint).toArray();
    double[] dy = trial.gaussian(N * p * q * C);
    double[] y = new double[dy.length];
    double[] dx = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      int c = i % C;
      int column = i / C % q;
      int row = i / C / q % p;
      int image = i / C / q / p;
      int top = adaptive ? row * h / p : row * 2 - 1;
      int bottom = adaptive ? Math.ceilDiv((row + 1) * h, p) : top + 3;
      int left = adaptive ? column * w / q : column - 1;
      int right = adaptive ? Math.ceilDiv((column + 1) * w, q) : left + 2;
      double area = (bottom - top) * (right - left);
      int best = -1;
      for (int a = Math.max(top, 0); a < Math.min(bottom, h); a++) {
        for (int b = Math.max(left, 0); b < Math.min(right, w); b++) {
          int at = ((image * h + a) * w + b) * C + c;
          best = best < 0 || x[at] > x[best] ? at : best;
          y[i] += maximum ? 0 : x[at] / area;
          dx[at] += maximum ? 0 : dy[i] / area;
        }
      }
      y[i] = maximum ? x[best] : y[i];
      dx[best] += maximum ? dy[i] : 0;
    }
    Buffer in = trial.x(pad(x, C, CS));
    Buffer out = trial.garbage(trial.type, N * p * q * CS);
    Buffer dOut = trial.x(pad(dy, C, CS));
    Buffer dIn = trial.x(pad(ones(x.length), C, CS));
    Geometry two = new Geometry(2, 1, 1, 64, 1, 1, 0);
    if (maximum) {
      Buffer first = trial.garbage("u16", N * p * q * CS);
      trial.launch("max_pool_forward", two, in, out, first, N, h, w, p, q, CS, 3, 2, 2, 1, 1, 1);
      trial.launch(
          "max_pool_backward", two, first, dOut, dIn, N, h, w, p, q, CS, 3, 2, 2, 1, 1, 1, true);
    } else {
      trial.launch(
          "average_pool_forward", two, in, out, N, h, w, p, q, CS, 3, 2, 2, 1, 1, 1, adaptive);
      trial.launch(
          "average_pool_backward",
          two,
          dOut,
          dIn,
          N,
          h,
          w,
          p,
          q,
          CS,
          3,
          2,
          2,
          1,
          1,
          1,
          adaptive,
          true);
    }
    trial.check("y", out, pad(y, C, CS));
    trial.check("dx", dIn, pad(plusOne(dx), C, CS));
  }

  private static void globalAverage(Trial trial) {
    double[] x = trial.gaussian(N * AREA * C);
    double[] y = new double[N * C];
    for (int i = 0; i < x.length; i++) {
      y[i / (AREA * C) * C + i % C] += x[i] / AREA;
    }
    Buffer out = trial.garbage(trial.type, N * CS);
    trial.launch(
        "global_average_forward",
        new Geometry(1, 2, N, 32, 1, 1, 0),
        trial.x(pad(x, C, CS)),
        out,
        trial.garbage("f32", N * 2 * CS),
        trial.zeros("i32", N),
        AREA,
        CS);
    trial.check("y", out, pad(y, C, CS));
  }

  private static void relayout(Trial trial) {
    int c = 37;
    int cs = 40;
    int area = 35;
    double[] x = trial.gaussian(N * area * c);
    double[] nchw = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      nchw[(i / (area * c) * c + i % c) * area + i / c % area] = x[i];
    }
    Geometry tiles = new Geometry(2, 2, N, 32, 8, 1, 0);
    Buffer packed = trial.garbage(trial.type, N * area * cs);
    trial.launch("from_nchw", tiles, trial.floats(nchw), packed, area, c, cs);
    trial.check("channels last", packed, pad(x, c, cs));
    Buffer back = trial.garbage("f32", nchw.length);
    trial.launch("to_nchw", tiles, packed, back, area, c, cs);
    trial.check("NCHW", back, nchw);
  }

  private static void weights(Trial trial) {
    int k = 3;
    int ks = 8;
    int area = 6;
    double[] krsc = trial.gaussian(k * area * C);
    double[] kcrs = new double[krsc.length];
    for (int i = 0; i < krsc.length; i++) {
      kcrs[(i / (area * C) * C + i % C) * area + i / C % area] = krsc[i];
    }
    Geometry two = new Geometry(2, 1, 1, 64, 1, 1, 0);
    Buffer packed = trial.garbage(trial.type, ks * area * CS);
    trial.launch("pack_weights", two, trial.floats(kcrs), packed, k, ks, C, CS, area);
    trial.check("packed", packed, Arrays.copyOf(pad(krsc, C, CS), ks * area * CS));
    Buffer dw = trial.floats(ones(kcrs.length));
    trial.launch("unpack_gradient", two, packed, dw, k, C, CS, area);
    trial.check("dw", dw, plusOne(kcrs));
  }
}
