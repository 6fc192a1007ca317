package dev.drsn.engine.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes checkpoints as torch.save does, in both forms, opcode by opcode, so that tests can also
 * write what torch.save never would.
 */
final class TorchFiles {

  private TorchFiles() {}

  /** A pickle being written; each method appends opcodes. */
  static final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle() {
      bytes(0x80, 2);
    }

    Pickle bytes(int... values) {
      for (int value : values) {
        out.write(value);
      }
      return this;
    }

    Pickle op(char opcode) {
      return bytes(opcode);
    }

    Pickle ops(String opcodes) {
      opcodes.chars().forEach(out::write);
      return this;
    }

    Pickle text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      op('X').int32(utf8.length);
      out.writeBytes(utf8);
      return this;
    }

    Pickle global(String module, String name) {
      return ops("c" + module + "\n" + name + "\n");
    }

    Pickle number(long number) {
      if (number == (int) number) {
        return op('J').int32((int) number);
      }
      out.write(0x8A);
      out.write(8);
      out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array());
      return this;
    }

    Pickle tuple(long... numbers) {
      op('(');
      for (long number : numbers) {
        number(number);
      }
      return op('t');
    }

    Pickle orderedDict() {
      return global("collections", "OrderedDict").ops(")R");
    }

    /** A tensor as _rebuild_tensor_v2 makes it; {@code dense} extents get the strides they need. */
    Pickle tensor(
        String storageClass,
        String key,
        long elements,
        long offset,
        long[] extents,
        long... strides) {
      global("torch._utils", "_rebuild_tensor_v2").op('(');
      storage(storageClass, key, elements).number(offset).tuple(extents).tuple(strides);
      return bytes(0x89).orderedDict().ops("tR");
    }

    Pickle storage(String storageClass, String key, long elements) {
      op('(').text("storage").global("torch", storageClass).text(key).text("cpu");
      return number(elements).ops("tQ");
    }

    private Pickle int32(int value) {
      out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
      return this;
    }

    byte[] end() {
      return op('.').out.toByteArray();
    }
  }

  /** A float storage's bytes. */
  static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  /** The zip form. */
  static byte[] zip(byte[] pickle, Map<String, byte[]> storages) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("made/data.pkl", pickle);
    entries.put("made/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    storages.forEach((key, bytes) -> entries.put("made/data/" + key, bytes));
    entries.put("made/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    return archive(entries, ZipEntry.STORED);
  }

  /** Any zip archive. */
  static byte[] archive(Map<String, byte[]> entries, int method) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> next : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(next.getKey());
        entry.setMethod(method);
        entry.setTime(0);
        CRC32 crc = new CRC32();
        crc.update(next.getValue());
        entry.setSize(next.getValue().length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(next.getValue());
      }
    }
    return bytes.toByteArray();
  }

  /** The older form: pickles, then the storages in the order of their keys. */
  static byte[] sequence(byte[] pickle, Map<String, byte[]> storages, int elementBytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] magic = new BigInteger("1950a86a20f9469cfc6c", 16).toByteArray();
    Pickle first = new Pickle().bytes(0x8A, magic.length);
    for (int i = magic.length - 1; i >= 0; i--) {
      first.bytes(magic[i]);
    }
    out.writeBytes(first.end());
    out.writeBytes(new Pickle().number(1001).end());
    out.writeBytes(new Pickle().ops("}(").text("little_endian").bytes(0x88).op('u').end());
    out.writeBytes(pickle);
    Pickle keys = new Pickle().ops("](");
    storages.keySet().forEach(keys::text);
    out.writeBytes(keys.op('e').end());
    storages
        .values()
        .forEach(
            bytes -> {
              ByteBuffer count = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
              out.writeBytes(count.putLong(bytes.length / elementBytes).array());
              out.writeBytes(bytes);
            });
    return out.toByteArray();
  }
}
