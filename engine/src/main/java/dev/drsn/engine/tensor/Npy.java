package dev.drsn.engine.tensor;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * NumPy's .npy files, versions 1 to 3: how raw tensors are exchanged with other frameworks. Reads
 * little-endian float32 and float64 in C order, one to four dimensions; writes float32, version 1.
 *
 * <p>Source: the format's description in NumPy's documentation, numpy.lib.format.
 */
public final class Npy {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern HEADER =
      Pattern.compile(
          "\\s*\\{\\s*'descr':\\s*'([^']*)',\\s*'fortran_order':\\s*(True|False),"
              + "\\s*'shape':\\s*\\(([0-9,\\sL]*)\\),?\\s*\\}\\s*");

  private Npy() {}

  /**
   * Reads a file.
   *
   * @throws DrsnException naming the file: missing, damaged, of another type, order or rank
   */
  public static Tensor read(Path file) {
    try {
      return decode(Files.readAllBytes(file), file.toString());
    } catch (NoSuchFileException e) {
      throw new DrsnException("there is no file " + file + "; is the path right?", e);
    } catch (IOException e) {
      throw new DrsnException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a file's bytes; see {@link #read}.
   *
   * @param file how errors call it
   */
  static Tensor decode(byte[] content, String file) {
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() < 10 || !Arrays.equals(Arrays.copyOf(bytes.array(), 6), MAGIC)) {
      throw new DrsnException(file + " is no .npy file; write it with numpy.save");
    }
    int version = bytes.get(6);
    bytes.position(8);
    long headerLength =
        version == 1
            ? Short.toUnsignedInt(bytes.getShort())
            : bytes.remaining() < 4 ? -1 : Integer.toUnsignedLong(bytes.getInt());
    if (version < 1 || version > 3 || headerLength < 0 || headerLength > bytes.remaining()) {
      throw damaged(file, "its header is cut off or of an unknown version");
    }
    byte[] header = new byte[(int) headerLength];
    bytes.get(header);
    Matcher matcher = HEADER.matcher(new String(header, StandardCharsets.ISO_8859_1));
    if (!matcher.matches()) {
      throw damaged(file, "its header is not understood");
    }
    if (matcher.group(2).equals("True")) {
      throw new DrsnException(
          file + " is in Fortran order; save numpy.ascontiguousarray of the array");
    }
    boolean wide = matcher.group(1).equals("<f8");
    if (!wide && !matcher.group(1).equals("<f4")) {
      throw new DrsnException(
          file + " holds " + matcher.group(1) + ", not float32; save array.astype('float32')");
    }
    Shape shape = shape(file, matcher.group(3));
    if (bytes.remaining() != (long) shape.elements() * (wide ? 8 : 4)) {
      throw damaged(file, "it holds " + bytes.remaining() + " bytes for a shape of " + shape);
    }
    float[] data = new float[shape.elements()];
    for (int i = 0; i < data.length; i++) {
      data[i] = wide ? (float) bytes.getDouble() : bytes.getFloat();
    }
    return new Tensor(shape, data);
  }

  private static Shape shape(String file, String text) {
    int[] extents;
    try {
      extents =
          Arrays.stream(text.replace("L", "").split(",", -1))
              .map(String::strip)
              .filter(extent -> !extent.isEmpty())
              .mapToInt(Integer::parseInt)
              .toArray();
    } catch (NumberFormatException e) {
      throw damaged(file, "its shape (" + text + ") is not understood");
    }
    if (extents.length < 1 || extents.length > 4 || Arrays.stream(extents).anyMatch(e -> e < 1)) {
      throw new DrsnException(
          file + " has shape (" + text + "); one to four extents of at least 1 are needed");
    }
    return Shape.of(extents);
  }

  private static DrsnException damaged(String file, String how) {
    return new DrsnException(file + " is damaged: " + how + "; write it again with numpy.save");
  }

  /** Writes a file: whole or not at all. */
  public static void write(Path file, Tensor tensor) {
    byte[] bytes = encode(tensor);
    AtomicFile.write(file, out -> out.write(bytes));
  }

  /** A file's bytes. */
  static byte[] encode(Tensor tensor) {
    StringBuilder shape = new StringBuilder();
    for (int extent : tensor.shape().extents()) {
      shape.append(extent).append(", ");
    }
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
    // The data begin at a multiple of 64 bytes; the header ends in a line feed.
    int padded = Math.ceilDiv(10 + header.length() + 1, 64) * 64 - 10;
    header = header + " ".repeat(padded - header.length() - 1) + "\n";
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + padded + 4 * tensor.data().length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(MAGIC)
            .put((byte) 1)
            .put((byte) 0)
            .putShort((short) padded)
            .put(header.getBytes(StandardCharsets.ISO_8859_1));
    bytes.asFloatBuffer().put(tensor.data());
    return bytes.array();
  }
}
