package dev.drsn.engine.cuda;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.tensor.DType;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * In what numbers a backend holds activations and multiplies. Sums, parameters, their gradients and
 * statistics are 32-bit floats in all of them.
 */
public enum Precision {
  /** 32-bit floats, multiplied as such. */
  FP32(DType.F32, "f32"),
  /** 32-bit floats, of which matrix units read 19 bits. */
  TF32(DType.F32, "f32"),
  /** 16-bit floats with 11 bits of precision, up to 65504. */
  FP16(DType.F16, "f16"),
  /** 16-bit floats with 8 bits of precision and the range of 32-bit ones. */
  BF16(DType.BF16, "bf16");

  private final DType type;
  private final String suffix;

  Precision(DType type, String suffix) {
    this.type = type;
    this.suffix = suffix;
  }

  /** What activations are stored as. */
  DType type() {
    return type;
  }

  /** What the kernels for that type end in. */
  String suffix() {
    return suffix;
  }

  /** Elements of 16 bytes: what a kernel's thread takes at once. */
  int lanes() {
    return 16 / type.bytes();
  }

  /** The precision of a name such as {@code fp16}. */
  public static Precision of(String name) {
    return Arrays.stream(values())
        .filter(one -> one.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new DrsnException(
                    "there is no precision "
                        + name
                        + "; choose "
                        + Arrays.stream(values())
                            .map(Precision::toString)
                            .collect(Collectors.joining(", "))));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
