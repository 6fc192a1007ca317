package dev.drsn.engine.weights;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The safetensors file format: 8 bytes of header length (little-endian), a JSON header, the
 * tensors' data. Reading trusts nothing in the file: every length is checked before memory is asked
 * for, so a damaged or hostile file costs no more memory than its own size in floats.
 *
 * <p>Source: the format's description at github.com/huggingface/safetensors.
 */
public final class Safetensors {

  /** The format's own limit on headers. */
  private static final long LONGEST_HEADER = 100_000_000;

  private static final int LENGTH_BYTES = 8;

  private Safetensors() {}

  /** What a file holds: tensors and metadata, both in the header's order. */
  public record Content(
      SequencedMap<String, Tensor> tensors, SequencedMap<String, String> metadata) {}

  /**
   * Reads the entries whose names are wanted; integers and all floating formats become float.
   *
   * @throws DrsnException where the file is damaged, or a wanted entry has more than four
   *     dimensions, no elements, or elements that are not finite
   */
  public static Content read(Path file, Predicate<String> wanted) {
    return new Reader(file).read(wanted);
  }

  /** Reads the metadata only. */
  public static SequencedMap<String, String> readMetadata(Path file) {
    return new Reader(file).read(name -> false).metadata();
  }

  /**
   * Writes a file whole or not at all; the same arguments give the same bytes.
   *
   * @param metadata texts to keep beside the tensors, written in the order of their names
   * @param precision F32, F16 or BF16: how tensors of two or more dimensions are kept. Vectors
   *     (biases, normalisations) are always F32: they are few, and a running variance may be too
   *     large or too small for half precision.
   * @throws DrsnException where an element is not finite, or is not in the precision
   */
  public static void write(
      Path file,
      SequencedMap<String, Tensor> tensors,
      Map<String, String> metadata,
      DType precision) {
    if (precision != DType.F32 && precision != DType.F16 && precision != DType.BF16) {
      throw new IllegalArgumentException("weights are not written as " + precision);
    }
    tensors.forEach((name, tensor) -> checkRange(file, name, tensor, stored(tensor, precision)));

    // Four-byte data first, so that every tensor begins at a multiple of its element's size.
    List<String> order = new ArrayList<>(tensors.sequencedKeySet());
    order.sort((a, b) -> bytes(tensors.get(b), precision) - bytes(tensors.get(a), precision));
    Map<String, Long> begins = new HashMap<>();
    long end = 0;
    for (String name : order) {
      begins.put(name, end);
      end += (long) tensors.get(name).shape().elements() * bytes(tensors.get(name), precision);
    }
    SequencedMap<String, SafetensorsHeader.Entry> entries = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          long begin = begins.get(name);
          DType dtype = stored(tensor, precision);
          long size = (long) tensor.shape().elements() * dtype.bytes();
          long[] extents = Arrays.stream(tensor.shape().extents()).asLongStream().toArray();
          entries.put(name, new SafetensorsHeader.Entry(dtype, extents, begin, begin + size));
        });

    byte[] json = new SafetensorsHeader(entries, new TreeMap<>(metadata)).toJson();
    int padded = (json.length + 7) / 8 * 8;
    byte[] header = Arrays.copyOf(json, padded);
    Arrays.fill(header, json.length, padded, (byte) ' ');
    AtomicFile.write(
        file,
        out -> {
          ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
          out.write(length.putLong(header.length).array());
          out.write(header);
          for (String name : order) {
            Tensor tensor = tensors.get(name);
            Elements.write(out, stored(tensor, precision), tensor.data());
          }
        });
  }

  private static DType stored(Tensor tensor, DType precision) {
    return tensor.shape().rank() == 1 ? DType.F32 : precision;
  }

  private static int bytes(Tensor tensor, DType precision) {
    return stored(tensor, precision).bytes();
  }

  private static void checkRange(Path file, String name, Tensor tensor, DType dtype) {
    for (float value : tensor.data()) {
      if (!Float.isFinite(value)) {
        throw new DrsnException(
            "cannot write "
                + file
                + ": "
                + name
                + " holds "
                + value
                + "; the training has diverged, lower the learning rate");
      }
      if (!Float.isFinite(Elements.rounded(value, dtype))) {
        throw new DrsnException(
            "cannot write "
                + file
                + ": "
                + name
                + " holds "
                + value
                + ", too large for "
                + dtype
                + "; write F32");
      }
    }
  }

  /** One file being read; knows its name for errors. */
  private record Reader(Path file) {

    Content read(Predicate<String> wanted) {
      if (!Files.isRegularFile(file)) {
        throw new DrsnException(
            file
                + (Files.exists(file) ? " is not a file" : " does not exist")
                + "; name a safetensors file");
      }
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
        long size = Files.size(file);
        byte[] length = in.readNBytes(LENGTH_BYTES);
        if (length.length < LENGTH_BYTES) {
          throw damaged("it has only " + length.length + " bytes");
        }
        long headerSize = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
        long dataSize = size - LENGTH_BYTES - headerSize;
        if (headerSize < 2 || headerSize > LONGEST_HEADER || dataSize < 0) {
          throw damaged(
              "it claims a header of "
                  + Long.toUnsignedString(headerSize)
                  + " bytes in a file of "
                  + size);
        }
        byte[] json = in.readNBytes((int) headerSize);
        SafetensorsHeader header = SafetensorsHeader.parse(json, dataSize);
        return new Content(readData(in, header.entries(), wanted), header.metadata());
      } catch (SafetensorsHeader.Invalid e) {
        throw damaged(e.getMessage());
      } catch (EOFException e) {
        throw damaged("it ends too early");
      } catch (IOException e) {
        throw new DrsnException(
            file + " cannot be read: " + e.getMessage() + "; look at the disk", e);
      }
    }

    private SequencedMap<String, Tensor> readData(
        InputStream in,
        SequencedMap<String, SafetensorsHeader.Entry> entries,
        Predicate<String> wanted)
        throws IOException {
      SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
      entries.sequencedKeySet().stream().filter(wanted).forEach(name -> tensors.put(name, null));
      for (Map.Entry<String, SafetensorsHeader.Entry> next : SafetensorsHeader.byOffset(entries)) {
        String name = next.getKey();
        SafetensorsHeader.Entry entry = next.getValue();
        if (tensors.containsKey(name)) {
          Shape shape = Entries.shape(file, name, entry.extents());
          float[] data = new float[shape.elements()];
          Elements.read(in, entry.dtype(), data);
          tensors.put(name, new Tensor(shape, data));
        } else {
          in.skipNBytes(entry.bytes());
        }
      }
      Entries.requireFinite(file, tensors);
      return tensors;
    }

    private DrsnException damaged(String what) {
      return new DrsnException(
          file + ": " + what + "; the file is damaged or not safetensors, fetch it again");
    }
  }
}
