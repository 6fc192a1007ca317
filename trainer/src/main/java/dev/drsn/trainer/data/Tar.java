package dev.drsn.trainer.data;

import dev.drsn.engine.DrsnException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * The files of a tar archive (POSIX ustar, GNU long names, pax paths) by their last name, to read
 * in any order: data sets of small images travel so, and need not be unpacked to be imported.
 */
final class Tar implements Closeable {
  private static final int BLOCK = 512;

  private record Entry(long offset, long size) {}

  private final Path path;
  private final FileChannel channel;
  private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();

  Tar(Path path) throws IOException {
    this.path = path;
    channel = FileChannel.open(path);
    try {
      list();
    } catch (EOFException e) {
      close();
      throw new DrsnException(path + " is truncated: it ends inside a file; copy it again", e);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The files' last names, in the archive's order. */
  Iterable<String> names() {
    return entries.sequencedKeySet();
  }

  /** A file's bytes, or null where there is none of this name. */
  byte[] read(String name) throws IOException {
    Entry entry = entries.get(name);
    return entry == null ? null : bytes(entry.offset, entry.size);
  }

  private void list() throws IOException {
    String longName = null;
    long at = 0;
    while (at < channel.size()) {
      byte[] header = bytes(at, BLOCK);
      if (isZero(header)) {
        return;
      }
      checkSum(header);
      long size = octal(header, 124, 12);
      long data = at + BLOCK;
      if (size > channel.size() - data) {
        throw new EOFException();
      }
      String name = longName == null ? name(header) : longName;
      longName = null;
      switch (header[156]) {
        case 0, '0', '7' ->
            entries.put(name.substring(name.lastIndexOf('/') + 1), new Entry(data, size));
        case 'L' -> longName = text(bytes(data, size), 0, (int) size);
        case 'x' -> longName = paxPath(new String(bytes(data, size), StandardCharsets.UTF_8));
        default -> {} // folders, links and the like hold no bytes
      }
      at = data + Math.ceilDiv(size, BLOCK) * BLOCK;
    }
  }

  private byte[] bytes(long offset, long size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(size));
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new EOFException();
      }
    }
    return buffer.array();
  }

  private void checkSum(byte[] header) {
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xFF;
    }
    if (sum != octal(header, 148, 8)) {
      throw notTar();
    }
  }

  private long octal(byte[] header, int from, int length) {
    String digits = text(header, from, length).strip();
    try {
      return digits.isEmpty() ? 0 : Long.parseUnsignedLong(digits, 8);
    } catch (NumberFormatException e) {
      throw notTar();
    }
  }

  private static String name(byte[] header) {
    boolean isUstar = text(header, 257, 5).equals("ustar");
    String prefix = isUstar && header[262] == 0 ? text(header, 345, 155) : "";
    return prefix.isEmpty() ? text(header, 0, 100) : prefix + "/" + text(header, 0, 100);
  }

  /** The value of a pax header's {@code path} record ("length path=value"), or null. */
  private static String paxPath(String records) {
    for (String record : records.split("\n")) {
      int key = record.indexOf(" path=");
      if (key > 0) {
        return record.substring(key + 6);
      }
    }
    return null;
  }

  private static String text(byte[] bytes, int from, int length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  private static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private DrsnException notTar() {
    return new DrsnException(path + " is not a tar archive, or a damaged or compressed one");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
