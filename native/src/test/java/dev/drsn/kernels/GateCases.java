package dev.drsn.kernels;

import static dev.drsn.kernels.Trial.pad;

import dev.drsn.kernels.HostKernels.Geometry;
import dev.drsn.kernels.Trial.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cases for channel_gate.cu, bottleneck.cu and channelwise.cu. */
final class GateCases {
  private GateCases() {}

  static List<KernelCase> all() {
    List<KernelCase> all = new ArrayList<>();
    for (int mode = 0; mode < 3; mode++) {
      for (int norm = 0; norm < (mode == 0 ? 1 : 3); norm++) {
        int m = mode;
        int f = norm;
        String name = "gate mode " + mode + " norm " + norm;
        all.add(new KernelCase(name + " training", t -> training(t, m, f, 3, 12, 20, 37, 2, true)));
        if (norm < 2) {
          all.add(
              new KernelCase(
                  name + " cluster", t -> inference(t, m, f, 3, 19, 20, 37, 4, 1, true)));
          all.add(
              new KernelCase(
                  name + " cluster, two samples each",
                  t -> inference(t, m, f, 3, 7, 13, 9, 2, 2, true)));
          all.add(
              new KernelCase(
                  name + " one block, x read again",
                  t -> inference(t, m, f, 1, 9, 5, 3, 1, 1, false)));
          all.add(new KernelCase(name + " two launches", t -> twoLaunches(t, m, f)));
        }
      }
    }
    all.add(
        new KernelCase(
            "gate, many samples and channels", t -> training(t, 1, 2, 40, 2, 70, 45, 1, false)));
    all.add(
        new KernelCase(
            "shared gate, more channels than a warp",
            t -> training(t, 2, 0, 2, 2, 70, 45, 1, false)));
    all.add(new KernelCase("gate of one channel", t -> training(t, 2, 2, 3, 4, 1, 3, 1, true)));
    all.add(new KernelCase("soft threshold", GateCases::softThreshold));
    all.add(new KernelCase("channel scale", GateCases::channelScale));
    return all;
  }

  private static GateFormula formula(
      Trial trial, int mode, int norm, int n, int area, int c, int hidden, boolean epilogue) {
    GateFormula gate = new GateFormula(n, area, c, hidden, mode, norm);
    gate.x = trial.gaussian(n * area * c);
    gate.x[0] = 0;
    gate.dy = trial.gaussian(n * area * c);
    gate.residual = epilogue ? trial.gaussian(n * area * c) : null;
    gate.relu = epilogue;
    gate.w1 = trial.gaussian(hidden * c);
    gate.b1 = trial.gaussian(hidden);
    gate.w2 = trial.gaussian(gate.outputs * hidden);
    gate.b2 = trial.gaussian(gate.outputs);
    if (norm != 0) {
      gate.gamma = trial.gaussian(hidden);
      gate.beta = trial.gaussian(hidden);
      gate.runningMean = trial.gaussian(hidden);
      gate.runningVar = Arrays.stream(trial.gaussian(hidden)).map(v -> 0.5 + v * v).toArray();
    }
    tame(gate.w1, c);
    tame(gate.w2, hidden);
    gate.forward();
    return gate;
  }

  /** Weights of a unit with so many inputs, as floats hold them. */
  private static void tame(double[] w, int inputs) {
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) (w[i] / Math.sqrt(inputs));
    }
  }

  private static String op(int mode) {
    return mode == 0 ? "squeeze_excite" : "shrinkage";
  }

  private static Buffer floats(Trial trial, double[] values) {
    return values == null ? null : trial.floats(values);
  }

  private static void inference(
      Trial trial,
      int mode,
      int norm,
      int n,
      int area,
      int c,
      int hidden,
      int blocks,
      int samples,
      boolean keep) {
    GateFormula gate = formula(trial, mode, norm, n, area, c, hidden, true);
    int cs = (c + 7) / 8 * 8;
    int size = trial.type.equals("f32") ? 4 : 2;
    int shared =
        4 * (128 * 16 / size + 3 * samples * cs + (samples * hidden + 3) / 4 * 4)
            + (keep ? samples * ((area + blocks - 1) / blocks) * cs * size : 0);
    Buffer y = trial.garbage(trial.type, n * area * cs);
    trial.launch(
        op(mode) + "_forward",
        new Geometry(1, blocks, (n + samples - 1) / samples, 128, 1, blocks, shared),
        trial.x(pad(gate.x, c, cs)),
        trial.x(pad(gate.residual, c, cs)),
        y,
        trial.floats(gate.w1),
        trial.floats(gate.b1),
        floats(trial, gate.gamma),
        floats(trial, gate.beta),
        floats(trial, gate.runningMean),
        floats(trial, gate.runningVar),
        trial.floats(gate.w2),
        trial.floats(gate.b2),
        n,
        area,
        c,
        cs,
        hidden,
        gate.outputs,
        samples,
        keep,
        true);
    trial.check("y", y, pad(gate.y, c, cs));
  }

  private static void twoLaunches(Trial trial, int mode, int norm) {
    GateFormula gate = formula(trial, mode, norm, 2, 30, 20, 11, false);
    int cs = 24;
    Buffer x = trial.x(pad(gate.x, 20, cs));
    Buffer a = trial.garbage("f32", 2 * cs);
    Buffer y = trial.garbage(trial.type, 2 * 30 * cs);
    Buffer tickets = trial.zeros("i32", 2);
    Geometry geometry = new Geometry(1, 3, 2, 64, 1, 1, 0);
    trial.launch(
        op(mode) + "_pool", geometry, x, a, trial.garbage("f32", 2 * 3 * cs), tickets, 30, cs);
    trial.check("a", a, pad(gate.a, 20, cs));
    trial.check("tickets", tickets, new double[2]);
    trial.launch(
        op(mode) + "_gate",
        new Geometry(1, 3, 2, 64, 1, 1, 4 * (12 + cs)),
        x,
        a,
        null,
        y,
        trial.floats(gate.w1),
        trial.floats(gate.b1),
        floats(trial, gate.gamma),
        floats(trial, gate.beta),
        floats(trial, gate.runningMean),
        floats(trial, gate.runningVar),
        trial.floats(gate.w2),
        trial.floats(gate.b2),
        30,
        20,
        cs,
        11,
        gate.outputs,
        false);
    trial.check("y", y, pad(gate.y, 20, cs));
  }

  private static void training(
      Trial trial,
      int mode,
      int norm,
      int n,
      int area,
      int c,
      int hidden,
      int slices,
      boolean epilogue) {
    GateFormula gate = formula(trial, mode, norm, n, area, c, hidden, epilogue);
    int cs = (c + 7) / 8 * 8;
    int outputs = gate.outputs;
    int tileJ = (hidden + 31) / 32;
    int tileN = (n + 31) / 32;
    int tileC = (cs + 31) / 32;
    Geometry image = Geometry.of(1, slices, n);
    Buffer x = trial.x(pad(gate.x, c, cs));
    Buffer residual = epilogue ? trial.x(pad(gate.residual, c, cs)) : null;
    Buffer y = trial.garbage(trial.type, n * area * cs);
    Buffer a = trial.garbage("f32", n * cs);
    Buffer t = trial.garbage("f32", n * cs);
    Buffer u = trial.garbage("f32", n * hidden);
    Buffer alpha = trial.garbage("f32", n * outputs);
    Buffer partial = trial.garbage("f32", n * slices * cs);
    Buffer tickets = trial.zeros("i32", n);
    Buffer ticketsJ = trial.zeros("i32", tileJ);
    Buffer w1 = trial.floats(gate.w1);
    Buffer w2 = trial.floats(gate.w2);
    Buffer gamma = floats(trial, gate.gamma);
    Buffer beta = floats(trial, gate.beta);
    Buffer runningMean = floats(trial, gate.runningMean);
    Buffer runningVar = floats(trial, gate.runningVar);
    Buffer mean = norm == 2 ? trial.garbage("f32", hidden) : runningMean;
    Buffer var = norm == 2 ? trial.garbage("f32", hidden) : runningVar;
    trial.launch(op(mode) + "_pool", image, x, a, partial, tickets, area, cs);
    trial.launch(
        "bottleneck_hidden",
        Geometry.of(tileJ, tileN, 1),
        a,
        w1,
        trial.floats(gate.b1),
        u,
        mean,
        var,
        runningMean,
        runningVar,
        ticketsJ,
        n,
        c,
        cs,
        hidden,
        norm);
    trial.check("u", u, gate.u);
    if (norm == 2) {
      trial.check("mean", mean, gate.mean);
      trial.check("var", var, gate.var);
      trial.check("running mean", runningMean, blend(gate.runningMean, gate.mean, 1));
      trial.check(
          "running var", runningVar, blend(gate.runningVar, gate.var, n > 1 ? n / (n - 1.0) : 1));
    }
    Buffer b2 = trial.floats(gate.b2);
    if (mode == 2) {
      trial.launch(
          "bottleneck_output_shared",
          Geometry.of(n, 1, 1),
          a,
          u,
          mean,
          var,
          gamma,
          beta,
          w2,
          b2,
          alpha,
          t,
          c,
          cs,
          hidden);
    } else {
      trial.launch(
          "bottleneck_output",
          Geometry.of(tileC, tileN, 1),
          a,
          u,
          mean,
          var,
          gamma,
          beta,
          w2,
          b2,
          alpha,
          t,
          n,
          c,
          cs,
          hidden,
          mode);
    }
    trial.check("alpha", alpha, gate.alpha);
    trial.check("t", t, pad(gate.t, c, cs));
    trial.launch(op(mode) + "_apply", image, x, t, residual, y, area, cs, epilogue);
    trial.check("y", y, pad(gate.y, c, cs));

    double[] rounded = new double[gate.y.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = y.get(i / c * cs + i % c);
    }
    gate.backward(rounded);
    Buffer mask = epilogue ? y : null;
    Buffer dy = trial.x(pad(gate.dy, c, cs));
    Buffer dResidual = epilogue ? trial.garbage(trial.type, n * area * cs) : null;
    Buffer dt = trial.garbage("f32", n * cs);
    Buffer dz = trial.garbage("f32", n * outputs);
    Buffer du = trial.garbage("f32", n * hidden);
    Buffer dgamma = trial.floats(ones(hidden));
    Buffer dbeta = trial.floats(ones(hidden));
    Buffer dw1 = trial.floats(ones(hidden * c));
    Buffer db1 = trial.floats(ones(hidden));
    Buffer dw2 = trial.floats(ones(outputs * hidden));
    Buffer db2 = trial.floats(ones(outputs));
    trial.launch(
        op(mode) + "_backward_sums",
        image,
        x,
        t,
        mask,
        dy,
        dResidual,
        dt,
        partial,
        tickets,
        area,
        cs,
        false);
    trial.launch("bottleneck_dz", Geometry.of(n, 1, 1), a, alpha, dt, dz, c, cs, mode);
    int rows = (Math.max(n, outputs) + 31) / 32;
    trial.launch(
        "bottleneck_backward_hidden",
        Geometry.of(tileJ, rows, 2),
        dz,
        u,
        mean,
        var,
        gamma,
        beta,
        w2,
        du,
        dgamma,
        dbeta,
        dw2,
        db2,
        ticketsJ,
        n,
        outputs,
        hidden,
        norm);
    trial.check("dw2", dw2, plusOne(gate.dw2));
    trial.check("db2", db2, plusOne(gate.db2));
    if (norm != 0) {
      trial.check("dgamma", dgamma, plusOne(gate.dgamma));
      trial.check("dbeta", dbeta, plusOne(gate.dbeta));
    }
    rows = (Math.max(n, hidden) + 31) / 32;
    trial.launch(
        "bottleneck_backward_input",
        Geometry.of(tileC, rows, 2),
        du,
        a,
        w1,
        dt,
        dw1,
        db1,
        n,
        c,
        cs,
        hidden);
    // Few samples may lie close together: their normalisation magnifies rounding, and b1 cancels.
    double slack = norm == 2 ? 20 : 1;
    trial.check("dw1", dw1, plusOne(gate.dw1), slack);
    trial.check("db1", db1, plusOne(gate.db1), slack);
    Buffer dx = trial.garbage(trial.type, n * area * cs);
    trial.launch(op(mode) + "_backward", image, x, t, mask, dy, dt, dx, area, cs, false);
    trial.check("dx", dx, pad(gate.dx, c, cs));
    if (epilogue) {
      trial.check("dresidual", dResidual, pad(gate.dResidual, c, cs));
      // The residual's gradient is dy', so it may stand for dy; this time dx is added to.
      Buffer sum = trial.x(pad(ones(gate.dx.length), c, cs));
      trial.launch(op(mode) + "_backward", image, x, t, null, dResidual, dt, sum, area, cs, true);
      trial.check("dx + 1", sum, pad(plusOne(gate.dx), c, cs));
    }
    trial.check("tickets", tickets, new double[n]);
    trial.check("tickets", ticketsJ, new double[tileJ]);
  }

  private static double[] blend(double[] running, double[] batch, double factor) {
    double[] all = new double[running.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = 0.9 * running[i] + 0.1 * factor * batch[i];
    }
    return all;
  }

  static double[] ones(int count) {
    return Trial.filled(count, i -> 1);
  }

  static double[] plusOne(double[] values) {
    return Arrays.stream(values).map(v -> v + 1).toArray();
  }

  private static void softThreshold(Trial trial) {
    double[] tau = Arrays.stream(trial.gaussian(3 * 20)).map(Math::abs).toArray();
    channelwise(trial, "soft_threshold", tau);
  }

  private static void channelScale(Trial trial) {
    channelwise(trial, "channel_scale", trial.gaussian(3 * 20));
  }

  private static void channelwise(Trial trial, String op, double[] t) {
    int n = 3;
    int area = 21;
    int c = 20;
    int cs = 24;
    boolean scale = op.equals("channel_scale");
    double[] x = trial.gaussian(n * area * c);
    double[] dy = trial.gaussian(n * area * c);
    x[1] = 0;
    x[2] = t[2];
    double[] y = new double[x.length];
    double[] dx = new double[x.length];
    double[] dt = new double[n * c];
    for (int i = 0; i < x.length; i++) {
      int nc = i / (area * c) * c + i % c;
      double m = Math.abs(x[i]) > t[nc] ? 1 : 0;
      y[i] = scale ? x[i] * t[nc] : Math.signum(x[i]) * Math.max(Math.abs(x[i]) - t[nc], 0);
      dx[i] = scale ? dy[i] * t[nc] : dy[i] * m;
      dt[nc] += scale ? dy[i] * x[i] : -dy[i] * Math.signum(x[i]) * m;
    }
    Buffer in = trial.x(pad(x, c, cs));
    Buffer numbers = trial.x(pad(t, c, cs));
    Buffer out = trial.garbage(trial.type, n * area * cs);
    trial.launch(op + "_forward", Geometry.of(1, 2, n), in, numbers, out, area, cs);
    trial.check("y", out, pad(y, c, cs));
    Buffer dyBuffer = trial.x(pad(dy, c, cs));
    for (int slices = 1; slices <= 3; slices += 2) {
      Buffer dxBuffer = trial.garbage(trial.type, n * area * cs);
      Buffer dtBuffer = trial.x(pad(ones(n * c), c, cs));
      Buffer tickets = trial.zeros("i32", n);
      trial.launch(
          op + "_backward",
          new Geometry(1, slices, n, 64, 1, 1, 0),
          in,
          numbers,
          dyBuffer,
          dxBuffer,
          dtBuffer,
          trial.garbage("f32", n * slices * cs),
          tickets,
          area,
          cs,
          false,
          true);
      trial.check("dx", dxBuffer, pad(dx, c, cs));
      trial.check("dt", dtBuffer, pad(plusOne(dt), c, cs));
    }
  }
}
