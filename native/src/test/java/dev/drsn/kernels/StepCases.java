package dev.drsn.kernels;

import static dev.drsn.kernels.GateCases.ones;
import static dev.drsn.kernels.GateCases.plusOne;
import static dev.drsn.kernels.Trial.pad;

import dev.drsn.kernels.HostKernels.Geometry;
import dev.drsn.kernels.Trial.Buffer;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Cases for loss.cu, optimizers.cu and preprocess.cu. */
final class StepCases {
  private StepCases() {}

  static List<KernelCase> all() {
    List<KernelCase> all = new ArrayList<>();
    all.add(new KernelCase("softmax cross-entropy", StepCases::softmaxCrossEntropy));
    all.add(new KernelCase("centre loss, plain", t -> centreLoss(t, false)));
    all.add(new KernelCase("centre loss, separating", t -> centreLoss(t, true)));
    all.add(new KernelCase("sgd", t -> optimizer(t, false, false)));
    all.add(new KernelCase("sgd, Nesterov", t -> optimizer(t, false, true)));
    all.add(new KernelCase("adam", t -> optimizer(t, true, false)));
    all.add(new KernelCase("adam, decoupled", t -> optimizer(t, true, true)));
    all.add(new KernelCase("overflow", StepCases::overflow));
    all.add(new KernelCase("preprocess, image", t -> preprocess(t, 3, 1, false)));
    all.add(new KernelCase("preprocess, fixed", t -> preprocess(t, 3, 3, true)));
    all.add(new KernelCase("preprocess, grey to colour", t -> preprocess(t, 1, 3, false)));
    return all;
  }

  private static void softmaxCrossEntropy(Trial trial) {
    int n = 11;
    int k = 37;
    int ks = 40;
    double[] x = trial.gaussian(n * k);
    double[] t = Arrays.stream(trial.gaussian(n * k)).map(Math::abs).toArray();
    double y = 0;
    double[] dx = new double[x.length];
    for (int m = 0; m < n; m++) {
      double sum = 0;
      double total = 0;
      for (int i = m * k; i < (m + 1) * k; i++) {
        sum += Math.exp(x[i]);
        total += t[i];
      }
      for (int i = m * k; i < (m + 1) * k; i++) {
        y -= t[i] * (x[i] - Math.log(sum)) / n;
        dx[i] = 1.5 * (Math.exp(x[i]) / sum * total - t[i]) / n;
      }
    }
    Buffer logits = trial.x(pad(x, k, ks));
    Buffer targets = trial.x(pad(t, k, ks));
    Buffer loss = trial.garbage("f32", 1);
    trial.launch(
        "softmax_cross_entropy_forward", Geometry.of(1, 1, 1), logits, targets, loss, n, k, ks);
    trial.check("y", loss, new double[] {y});
    for (boolean add : new boolean[] {false, true}) {
      Buffer gradient = trial.x(pad(ones(x.length), k, ks));
      trial.launch(
          "softmax_cross_entropy_backward",
          Geometry.of(2, 1, 1),
          logits,
          targets,
          trial.floats(1.5),
          gradient,
          n,
          k,
          ks,
          add);
      trial.check("dx", gradient, pad(add ? plusOne(dx) : dx, k, ks));
    }
  }

  private static void centreLoss(Trial trial, boolean separating) {
    int n = 5;
    int k = 3;
    int c = 11;
    int area = 2;
    int depth = c * area;
    double[] x = trial.gaussian(n * depth); // [n, pixel, c]
    double[] centres = trial.floats(trial.gaussian(k * depth)).values();
    double[] t = {0, 1, 1, 1, 0, 0, 0.5, 0.5, 0.5, 0, 0, 1, 0, 1, 0};
    int[] labels = {1, 0, 0, 2, 1};
    double[] mean = new double[depth];
    for (int i = 0; i < centres.length; i++) {
      mean[i % depth] += centres[i] / k;
    }
    double s = 0;
    double v = 0;
    double[] distance = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int d = i % c * area + i / c % area;
      distance[i] = x[i] - centres[labels[i / depth] * depth + d];
      s += distance[i] * distance[i];
    }
    for (int i = 0; i < centres.length; i++) {
      v += Math.pow(centres[i] - mean[i % depth], 2) / k;
    }
    v = separating ? v + 1e-6 : 2;
    double scale = 0.75 * 2 / (v * n);
    double[] dc = ones(centres.length);
    for (int i = 0; i < x.length; i++) {
      dc[labels[i / depth] * depth + i % c * area + i / c % area] -= scale * distance[i];
    }
    for (int i = 0; separating && i < dc.length; i++) {
      dc[i] -= scale * s / v / k * (centres[i] - mean[i % depth]);
    }
    Buffer xBuffer = trial.x(pad(x, c, 16));
    Buffer targets = trial.x(pad(t, k, 8));
    Buffer centreBuffer = trial.floats(centres);
    Buffer y = trial.garbage("f32", 1);
    Buffer saved = trial.garbage("f32", 2);
    Buffer tickets = trial.zeros("i32", 1);
    trial.launch(
        "centre_loss_forward",
        new Geometry(2, 1, 1, 64, 1, 1, 0),
        xBuffer,
        targets,
        centreBuffer,
        y,
        saved,
        trial.garbage("f32", 4),
        tickets,
        n,
        k,
        8,
        c,
        area,
        16,
        separating,
        1e-6f);
    trial.check("y", y, new double[] {s / v / n});
    trial.check("saved", saved, new double[] {s, v});
    Buffer dx = trial.x(pad(ones(x.length), c, 16));
    Buffer dCentres = trial.floats(ones(centres.length));
    trial.launch(
        "centre_loss_backward",
        new Geometry(1, 1, 1, 64, 1, 1, 4 * n),
        xBuffer,
        targets,
        centreBuffer,
        saved,
        trial.floats(0.75),
        dx,
        dCentres,
        n,
        k,
        8,
        c,
        area,
        16,
        separating,
        true);
    trial.check("dx", dx, pad(Arrays.stream(distance).map(g -> 1 + scale * g).toArray(), c, 16));
    trial.check("dc", dCentres, dc);
  }

  private static void optimizer(Trial trial, boolean adam, boolean variant) {
    int count = 23;
    double[] w = trial.gaussian(count);
    double[] dw = trial.gaussian(count);
    double[] m = trial.gaussian(count);
    double[] v = Arrays.stream(trial.gaussian(count)).map(Math::abs).toArray();
    double[] next = new double[count];
    double[] nextM = new double[count];
    double[] nextV = new double[count];
    for (int i = 0; i < count; i++) {
      double rate = i < 10 ? 0.1 : 0.01;
      double decay = i < 10 ? 0.02 : 0;
      double g = dw[i] * 0.5;
      if (adam) {
        double weight = variant ? w[i] - rate * decay * w[i] : w[i];
        g += variant ? 0 : decay * w[i];
        nextM[i] = 0.9 * m[i] + 0.1 * g;
        nextV[i] = 0.99 * v[i] + 0.01 * g * g;
        next[i] = weight - rate * nextM[i] * 2 / (Math.sqrt(nextV[i] * 3) + 1e-3);
      } else {
        g += decay * w[i];
        nextM[i] = 0.9 * m[i] + g;
        next[i] = w[i] - rate * (variant ? g + 0.9 * nextM[i] : nextM[i]);
      }
    }
    Buffer schedule = trial.floats(0.5, 2, 3, 0.1, 0.02, 0.01, 0);
    Buffer ends = trial.garbage("i32", 4);
    ends.data().setAtIndex(ValueLayout.JAVA_LONG, 0, 10);
    ends.data().setAtIndex(ValueLayout.JAVA_LONG, 1, count);
    Buffer weights = trial.floats(w);
    Buffer gradients = trial.floats(dw);
    Buffer means = trial.floats(m);
    Buffer squares = trial.floats(v);
    Geometry two = new Geometry(2, 1, 1, 32, 1, 1, 0);
    Buffer flag = trial.of("i32", 1);
    for (int i = 0; i < 2; i++) {
      if (adam) {
        trial.launch(
            "adam_step",
            two,
            weights,
            gradients,
            means,
            squares,
            schedule,
            ends,
            flag,
            (long) count,
            0.9f,
            0.1f,
            0.99f,
            0.01f,
            1e-3f,
            variant);
      } else {
        trial.launch(
            "sgd_step",
            two,
            weights,
            gradients,
            means,
            schedule,
            ends,
            flag,
            (long) count,
            0.9f,
            variant);
      }
      trial.check("w", weights, i == 0 ? w : next);
      flag.set(0, 0);
    }
    trial.check("m", means, nextM);
    if (adam) {
      trial.check("v", squares, nextV);
    }
    Buffer average = trial.floats(ones(count));
    trial.launch("moving_average", two, average, weights, null, (long) count, 0.9f, 0.1f);
    trial.check("average", average, Arrays.stream(next).map(x -> 0.9 + 0.1 * x).toArray());
  }

  private static void overflow(Trial trial) {
    Geometry two = new Geometry(2, 1, 1, 32, 1, 1, 0);
    Buffer flag = trial.zeros("i32", 1);
    double[] values = trial.gaussian(100);
    trial.launch("find_overflow", two, trial.floats(values), flag, 100L);
    trial.check("flag", flag, new double[] {0});
    values[77] = Double.POSITIVE_INFINITY;
    trial.launch("find_overflow", two, trial.floats(values), flag, 100L);
    trial.check("flag", flag, new double[] {1});
    Buffer state = trial.floats(1024, 5);
    Geometry one = new Geometry(1, 1, 1, 32, 1, 1, 0);
    double[][] expected = {{512, 0}, {512, 1}, {1024, 0}};
    for (double[] next : expected) {
      trial.launch("loss_scale_update", one, state, flag, 2);
      trial.check("scale", state, next);
    }
  }

  /** Two pictures of 9 x 7 pixels: one box shrinks and reaches over the edge, one grows. */
  private static void preprocess(Trial trial, int from, int channels, boolean fixed) {
    int size = 4;
    int taps = 4;
    double[][] boxes = {{-2.25, 1.5, 9.5, 7.0}, {3, 2, 2.5, 3}};
    byte[] bytes = new byte[9 * 7 * from];
    new Random(3).nextBytes(bytes);
    double[] pixels = new double[bytes.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = bytes[i] & 0xFF;
    }
    Buffer picture = trial.of("u8", pixels);
    Buffer pictures = trial.garbage("i32", 4);
    Buffer boxBuffer = trial.garbage("i32", 16);
    for (int n = 0; n < 2; n++) {
      pictures.data().setAtIndex(ValueLayout.ADDRESS, n, picture.data());
      for (int i = 0; i < 4; i++) {
        boxBuffer.data().setAtIndex(ValueLayout.JAVA_DOUBLE, 4 * n + i, boxes[n][i]);
      }
    }
    Buffer first = trial.garbage("i32", 2 * 2 * size);
    Buffer weights = trial.garbage("f32", 2 * 2 * size * taps);
    Buffer crops = trial.garbage("u8", 2 * size * size * channels);
    Buffer x = trial.garbage(trial.type, 2 * size * size * 8);
    trial.launch(
        "preprocess_axes",
        new Geometry(1, 2, 2, 32, 1, 1, 0),
        boxBuffer,
        first,
        weights,
        size,
        taps);
    trial.launch(
        "preprocess_crop",
        new Geometry(1, 2, 1, 32, 1, 1, 0),
        pictures,
        trial.of("i32", 9, 7, from, 9, 7, from),
        first,
        weights,
        crops,
        size,
        channels,
        taps);
    double[] crop = new double[crops.count()];
    for (int n = 0; n < 2; n++) {
      System.arraycopy(
          CropFormula.crop(bytes, 9, 7, from, boxes[n], size, channels),
          0,
          crop,
          n * crop.length / 2,
          crop.length / 2);
    }
    trial.check("crop", crops, crop);
    double[] mean = {0.25, 0.5, 0.75};
    double[] std = {0.5, 0.25, 2};
    trial.launch(
        "preprocess_normalise",
        Geometry.of(2, 1, 1),
        crops,
        fixed ? trial.floats(mean) : null,
        fixed ? trial.floats(std) : null,
        x,
        size,
        channels,
        8);
    double[] numbers = new double[crop.length];
    for (int i = 0; i < crop.length; i++) {
      int c = i % channels;
      int begin = i / (crop.length / 2) * (crop.length / 2);
      double[] own =
          Arrays.stream(crop, begin, begin + crop.length / 2).map(p -> p / 255).toArray();
      double average = Arrays.stream(own).average().orElseThrow();
      double square = Arrays.stream(own).map(p -> (p - average) * (p - average)).sum() / own.length;
      numbers[i] =
          fixed
              ? (crop[i] / 255 - mean[c]) / std[c]
              : (crop[i] / 255 - average) / Math.max(Math.sqrt(square), 1 / 64.0);
    }
    trial.check("x", x, pad(numbers, channels, 8));
  }
}
