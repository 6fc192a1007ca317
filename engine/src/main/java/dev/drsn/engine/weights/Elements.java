package dev.drsn.engine.weights;

import dev.drsn.engine.tensor.DType;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/**
 * Elements of tensors as they lie in files: little-endian, one after the other, in any number
 * format. Only a small buffer is held beside the floats, so a file is never in memory twice.
 *
 * <p>Halves are IEEE 754 binary16; bfloat16 is the upper half of a float. Both are rounded to
 * nearest, ties to even.
 */
final class Elements {

  private static final int BUFFER = 1 << 16;

  private Elements() {}

  /** Reads as many elements as the array has room for. */
  static void read(InputStream in, DType dtype, float[] elements) throws IOException {
    byte[] bytes = new byte[BUFFER];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int most = BUFFER / dtype.bytes();
    for (int start = 0; start < elements.length; start += most) {
      int count = Math.min(most, elements.length - start);
      int size = count * dtype.bytes();
      if (in.readNBytes(bytes, 0, size) < size) {
        throw new EOFException();
      }
      decode(buffer, dtype, elements, start, count);
    }
  }

  private static void decode(ByteBuffer b, DType dtype, float[] to, int start, int count) {
    switch (dtype) {
      case F32 -> b.asFloatBuffer().get(to, start, count);
      case F64 -> {
        for (int i = 0; i < count; i++) {
          to[start + i] = (float) b.getDouble(8 * i);
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          to[start + i] = Float.float16ToFloat(b.getShort(2 * i));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          to[start + i] = Float.intBitsToFloat(b.getShort(2 * i) << 16);
        }
      }
      case I64 -> {
        LongBuffer longs = b.asLongBuffer();
        for (int i = 0; i < count; i++) {
          to[start + i] = longs.get(i);
        }
      }
      case I32 -> {
        for (int i = 0; i < count; i++) {
          to[start + i] = b.getInt(4 * i);
        }
      }
      case I16 -> {
        for (int i = 0; i < count; i++) {
          to[start + i] = b.getShort(2 * i);
        }
      }
      case I8 -> {
        for (int i = 0; i < count; i++) {
          to[start + i] = b.get(i);
        }
      }
      case U8, BOOL -> {
        for (int i = 0; i < count; i++) {
          to[start + i] = b.get(i) & 0xFF;
        }
      }
    }
  }

  /** Writes all elements as F32, F16 or BF16. */
  static void write(OutputStream out, DType dtype, float[] elements) throws IOException {
    byte[] bytes = new byte[BUFFER];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int most = BUFFER / dtype.bytes();
    for (int start = 0; start < elements.length; start += most) {
      int count = Math.min(most, elements.length - start);
      buffer.clear();
      for (int i = start; i < start + count; i++) {
        if (dtype == DType.F32) {
          buffer.putFloat(elements[i]);
        } else {
          buffer.putShort(halfBits(elements[i], dtype));
        }
      }
      out.write(bytes, 0, buffer.position());
    }
  }

  /**
   * The value that a file in this format keeps of an element: infinite where it is out of range.
   */
  static float rounded(float value, DType dtype) {
    return switch (dtype) {
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
      case BF16 -> Float.intBitsToFloat(halfBits(value, DType.BF16) << 16);
      default -> value;
    };
  }

  private static short halfBits(float value, DType dtype) {
    if (dtype == DType.F16) {
      return Float.floatToFloat16(value);
    }
    int bits = Float.floatToIntBits(value);
    int lowest = (bits >>> 16) & 1;
    // NaN keeps its pattern: adding could carry it into an infinity.
    return (short) ((Float.isNaN(value) ? bits : bits + 0x7FFF + lowest) >>> 16);
  }
}
