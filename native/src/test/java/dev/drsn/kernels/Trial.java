package dev.drsn.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.drsn.kernels.HostKernels.Geometry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * One run of a test's kernels: one type of activations, one order of threads. Every piece of memory
 * has guards on both sides, which each launch must leave alone.
 */
final class Trial implements AutoCloseable {

  /** Memory of one type: "f32", "f16", "bf16", "i32", "u16" or "u8". */
  record Buffer(MemorySegment whole, MemorySegment data, String type, int count) {

    double get(int i) {
      return switch (type) {
        case "f32" -> data.getAtIndex(JAVA_FLOAT, i);
        case "f16" -> Float.float16ToFloat(data.getAtIndex(JAVA_SHORT, i));
        case "bf16" -> Float.intBitsToFloat(data.getAtIndex(JAVA_SHORT, i) << 16);
        case "i32" -> data.getAtIndex(JAVA_INT, i);
        case "u16" -> data.getAtIndex(JAVA_SHORT, i) & 0xFFFF;
        default -> data.get(JAVA_BYTE, i) & 0xFF;
      };
    }

    void set(int i, double value) {
      switch (type) {
        case "f32" -> data.setAtIndex(JAVA_FLOAT, i, (float) value);
        case "f16" -> data.setAtIndex(JAVA_SHORT, i, Float.floatToFloat16((float) value));
        case "bf16" -> data.setAtIndex(JAVA_SHORT, i, bfloat16((float) value));
        case "i32" -> data.setAtIndex(JAVA_INT, i, (int) value);
        case "u16" -> data.setAtIndex(JAVA_SHORT, i, (short) value);
        default -> data.set(JAVA_BYTE, i, (byte) (int) value);
      }
    }

    double[] values() {
      double[] all = new double[count];
      for (int i = 0; i < count; i++) {
        all[i] = get(i);
      }
      return all;
    }

    private static short bfloat16(float value) {
      int bits = Float.floatToRawIntBits(value);
      return (short) ((bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16);
    }
  }

  private static final int GUARD = 256;

  final String type;
  private final boolean reverse;
  private final HostKernels host = HostKernels.load();
  private final Arena arena = Arena.ofConfined();
  private final List<Buffer> buffers = new ArrayList<>();
  private final Random random = new Random(7);

  Trial(String type, boolean reverse) {
    this.type = type;
    this.reverse = reverse;
  }

  /** Memory with contents that no kernel should read: NaN where the type has it. */
  Buffer garbage(String type, int count) {
    int size =
        switch (type) {
          case "f32", "i32" -> 4;
          case "u8" -> 1;
          default -> 2;
        };
    MemorySegment whole = arena.allocate((long) size * count + 2 * GUARD, 256);
    whole.fill((byte) 0xFF);
    Buffer buffer = new Buffer(whole, whole.asSlice(GUARD, (long) size * count), type, count);
    buffers.add(buffer);
    return buffer;
  }

  Buffer of(String type, double... values) {
    Buffer buffer = garbage(type, values.length);
    for (int i = 0; i < values.length; i++) {
      buffer.set(i, values[i]);
    }
    return buffer;
  }

  /** Activations. */
  Buffer x(double... values) {
    return of(type, values);
  }

  Buffer floats(double... values) {
    return of("f32", values);
  }

  /** Tickets, partial sums that a kernel must not read: zeros. */
  Buffer zeros(String type, int count) {
    return of(type, new double[count]);
  }

  /** Normal numbers that this trial's type holds exactly. */
  double[] gaussian(int count) {
    return filled(count, i -> rounded(random.nextGaussian()));
  }

  /** The nearest number of this trial's type. */
  double rounded(double value) {
    try (Trial other = new Trial(type, false)) {
      return other.x(value).get(0);
    }
  }

  static double[] filled(int count, DoubleUnaryOperator of) {
    double[] all = new double[count];
    for (int i = 0; i < count; i++) {
      all[i] = of.applyAsDouble(i);
    }
    return all;
  }

  /** Rows of c numbers, as rows of cs whose rest is zero. */
  static double[] pad(double[] x, int c, int cs) {
    double[] all = new double[x.length / c * cs];
    for (int i = 0; i < x.length; i++) {
      all[i / c * cs + i % c] = x[i];
    }
    return all;
  }

  /** Runs {@code kernel}, or its variant for this trial's type where there is none of that name. */
  void launch(String kernel, Geometry geometry, Object... arguments) {
    Object[] values = new Object[arguments.length];
    for (int i = 0; i < values.length; i++) {
      if (arguments[i] instanceof Buffer buffer) {
        values[i] = buffer.data;
      } else if (arguments[i] instanceof Boolean flag) {
        values[i] = flag ? 1 : 0;
      } else {
        values[i] = arguments[i];
      }
    }
    String name = HostKernels.load().names().contains(kernel) ? kernel : kernel + "_" + type;
    host.launch(name, geometry, reverse, values);
    for (Buffer buffer : buffers) {
      if (!intact(buffer)) {
        throw new AssertionError(name + " wrote beside its memory");
      }
    }
  }

  private static boolean intact(Buffer buffer) {
    long size = buffer.whole.byteSize();
    for (int i = 0; i < GUARD; i++) {
      if (buffer.whole.get(JAVA_BYTE, i) != -1 || buffer.whole.get(JAVA_BYTE, size - 1 - i) != -1) {
        return false;
      }
    }
    return true;
  }

  /** Compares by the largest expected magnitude, as finely as the buffer's type can hold it. */
  void check(String what, Buffer found, double[] expected) {
    check(what, found, expected, 1);
  }

  /**
   * The same with a wider tolerance.
   *
   * @param slack by how much, for sums that cancel
   */
  void check(String what, Buffer found, double[] expected, double slack) {
    double tolerance =
        slack
            * switch (found.type) {
              case "f32" -> 1e-5;
              case "f16" -> 1e-3;
              case "bf16" -> 8e-3;
              default -> 0;
            };
    double largest = 0;
    for (double value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    if (found.count != expected.length) {
      throw new AssertionError(what + ": " + found.count + " numbers, not " + expected.length);
    }
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(found.get(i) - expected[i]) <= tolerance * Math.max(largest, 1e-3))) {
        throw new AssertionError(
            what + "[" + i + "] is " + found.get(i) + " and should be " + expected[i]);
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
