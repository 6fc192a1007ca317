package dev.drsn.engine.explain;

import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Where a network sees what speaks for a class (Selvaraju et al. 2017, "Grad-CAM"). With A the
 * output of a convolutional stage and g the class's logit:
 *
 * <pre>
 *   w[c] = mean over h, w of dg / dA[c,h,w]      L[h,w] = max(sum_c w[c] A[c,h,w], 0)
 * </pre>
 *
 * <p>Behind global average pooling and one linear layer W, the derivative is {@code W[k,c] / (H W)}
 * everywhere, so the map is the class's logit without bias, spread over the places that it comes
 * from and cut at zero.
 *
 * @param values L, row by row; in units of the logit, at least 0
 */
public record GradCam(int height, int width, List<Float> values) {

  public GradCam {
    values = List.copyOf(values);
  }

  /**
   * The map of one sample.
   *
   * @param a the stage's output, [1, C, H, W]
   * @param da the logit's derivative by it, of the same shape
   */
  public static GradCam of(Tensor a, Tensor da) {
    Shape shape = a.shape();
    double[] sums = new double[shape.area()];
    for (int c = 0; c < shape.c(); c++) {
      int from = c * shape.area();
      double w = 0;
      for (int i = 0; i < shape.area(); i++) {
        w += da.data()[from + i] / (double) shape.area();
      }
      for (int i = 0; i < shape.area(); i++) {
        sums[i] += w * a.data()[from + i];
      }
    }
    List<Float> values = Arrays.stream(sums).mapToObj(each -> (float) Math.max(each, 0)).toList();
    return new GradCam(shape.h(), shape.w(), values);
  }

  /** The largest value; 0 where nothing in the picture speaks for the class. */
  public float most() {
    return values.stream().max(Float::compare).orElse(0f);
  }

  /**
   * The map over a square picture, bilinear between the middles of its fields, as far as these
   * reach; outwards from there the nearest counts.
   *
   * @param size height and width in pixels
   * @return [size, size] from 0 to 1, the largest field of the map being 1; zeros where all is 0
   */
  public float[] over(int size) {
    float[] picture = new float[size * size];
    float most = most();
    for (int i = 0; most > 0 && i < size; i++) {
      double y = Math.clamp((i + 0.5) * height / size - 0.5, 0, height - 1);
      for (int j = 0; j < size; j++) {
        double x = Math.clamp((j + 0.5) * width / size - 0.5, 0, width - 1);
        picture[i * size + j] = (float) (at(y, x) / most);
      }
    }
    return picture;
  }

  private double at(double y, double x) {
    int top = (int) y;
    int left = (int) x;
    int bottom = Math.min(top + 1, height - 1);
    int right = Math.min(left + 1, width - 1);
    double above = mix(value(top, left), value(top, right), x - left);
    double below = mix(value(bottom, left), value(bottom, right), x - left);
    return mix(above, below, y - top);
  }

  private double value(int row, int column) {
    return values.get(row * width + column);
  }

  private static double mix(double first, double second, double part) {
    return first + part * (second - first);
  }
}
