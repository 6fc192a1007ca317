package dev.drsn.engine.tensor;

import java.util.Arrays;

/**
 * A value on the host: its shape and its elements as float, row-major in the shape's order (NCHW
 * for images). Weights files, images and results meet the backends in this form; {@code
 * Backend.upload} and {@code download} convert to and from whatever a backend keeps.
 *
 * <p>The array is not copied: who makes a tensor hands its array over.
 */
public record Tensor(Shape shape, float[] data) {

  public Tensor {
    if (data.length != shape.elements()) {
      throw new IllegalArgumentException(
          "shape " + shape + " has " + shape.elements() + " elements, the array " + data.length);
    }
  }

  /** A tensor of zeros. */
  public static Tensor zeros(Shape shape) {
    return new Tensor(shape, new float[shape.elements()]);
  }

  /** A tensor with every element equal to {@code value}. */
  public static Tensor filled(Shape shape, float value) {
    float[] data = new float[shape.elements()];
    Arrays.fill(data, value);
    return new Tensor(shape, data);
  }

  /** A tensor with an array of its own. */
  public Tensor copy() {
    return new Tensor(shape, data.clone());
  }

  /** Equal when shape and every bit of every element are. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor that
        && shape.equals(that.shape)
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "Tensor " + shape;
  }
}
