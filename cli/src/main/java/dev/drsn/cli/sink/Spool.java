package dev.drsn.cli.sink;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A queue on the disk: records are appended to segment files and taken from the oldest on. A file's
 * name is the number of its first record; each record is
 *
 * <pre>
 *   length (4 bytes)   CRC-32C of the content (4 bytes)   content
 * </pre>
 *
 * <p>How far it has been taken stands in the file {@code position}. A process that is killed leaves
 * at most a torn last record, which was not yet accepted and is cut off, and may have sent more
 * than the position says: records come at least once, in order. A segment is deleted when all of it
 * has been taken. One process at a time.
 */
public final class Spool implements AutoCloseable {

  private static final String ENDING = ".spool";
  private static final int HEAD = 8;
  private static final int MOST_RECORD = 1 << 24;

  private final Path folder;
  private final long limit;
  private final long segmentBytes;
  private final FileChannel position;
  private final FileLock lock;

  /** Bytes of each segment, by its first record. */
  private final TreeMap<Long, Long> segments = new TreeMap<>();

  private FileChannel tail;
  private FileChannel head;
  private long headSegment;
  private long headOffset;
  private long taken;
  private long next;
  private long damaged;

  /**
   * Opens or creates a spool.
   *
   * @param limit bytes that it may take on the disk
   * @throws DrsnException where the folder cannot be used, or another process uses it
   */
  public Spool(Path folder, long limit) {
    this.folder = folder;
    this.limit = limit;
    this.segmentBytes = Math.max(1, limit / 16);
    try {
      Files.createDirectories(folder);
      position =
          FileChannel.open(
              folder.resolve("position"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      lock = lock();
      recover();
    } catch (IOException e) {
      throw new DrsnException("the spool " + folder + " cannot be used: " + e.getMessage(), e);
    }
  }

  private FileLock lock() throws IOException {
    FileLock held = null;
    try {
      held = position.tryLock();
    } catch (OverlappingFileLockException e) {
      // This process has it open already.
    }
    if (held == null) {
      position.close();
      throw new DrsnException("the spool " + folder + " is in use; name another folder");
    }
    return held;
  }

  private Path file(long first) {
    return folder.resolve(String.format("%020d%s", first, ENDING));
  }

  private void recover() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(each -> each.toString().endsWith(ENDING)).sorted().toList();
    }
    taken = readPosition();
    for (int i = 0; i < files.size(); i++) {
      Path file = files.get(i);
      String name = file.getFileName().toString();
      long first = Long.parseLong(name.substring(0, name.length() - ENDING.length()));
      boolean last = i == files.size() - 1;
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        long number = first;
        long at = 0;
        for (byte[] record = read(channel, at); record != null; record = read(channel, at)) {
          at += HEAD + record.length;
          number++;
        }
        if (last) {
          channel.truncate(at);
        } else if (at < channel.size()) {
          damaged++;
        }
        segments.put(first, at);
        next = number;
      }
    }
    next = Math.max(next, taken);
    if (!segments.isEmpty()) {
      taken = Math.max(taken, segments.firstKey());
      seek();
    }
  }

  /** Puts the head at the record that comes next. */
  private void seek() throws IOException {
    Long first = segments.floorKey(taken);
    headSegment = first == null ? segments.firstKey() : first;
    head = FileChannel.open(file(headSegment), StandardOpenOption.READ);
    headOffset = 0;
    for (long number = headSegment; number < taken; number++) {
      byte[] record = read(head, headOffset);
      if (record == null) {
        return;
      }
      headOffset += HEAD + record.length;
    }
  }

  /** Zero where nobody has written one, or it is damaged: then records come twice, not never. */
  private long readPosition() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(12);
    if (position.read(bytes, 0) < bytes.capacity()) {
      return 0;
    }
    return bytes.getInt(8) == crc(bytes.array(), 8) ? bytes.getLong(0) : 0;
  }

  private static int crc(byte[] content, int length) {
    CRC32C crc = new CRC32C();
    crc.update(content, 0, length);
    return (int) crc.getValue();
  }

  /** The record at a place, or null where there is none or it is damaged. */
  private static byte[] read(FileChannel channel, long at) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(HEAD);
    if (!fill(channel, start, at)) {
      return null;
    }
    int length = start.getInt(0);
    if (length < 0 || length > MOST_RECORD) {
      return null;
    }
    ByteBuffer content = ByteBuffer.allocate(length);
    boolean whole = fill(channel, content, at + HEAD);
    return whole && crc(content.array(), length) == start.getInt(4) ? content.array() : null;
  }

  private static boolean fill(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, at + bytes.position()) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Appends records: all of them or, where it throws, none. They are on the disk when this returns.
   *
   * @throws IOException where the disk or the spool is full
   */
  public synchronized void append(List<byte[]> records) throws IOException {
    int bytes = records.stream().mapToInt(record -> HEAD + record.length).sum();
    if (bytes() + bytes > limit) {
      throw new IOException("the spool " + folder + " is full (" + limit + " bytes)");
    }
    ByteBuffer all = ByteBuffer.allocate(bytes);
    for (byte[] record : records) {
      all.putInt(record.length).putInt(crc(record, record.length)).put(record);
    }
    all.flip();
    if (tail == null || segments.lastEntry().getValue() >= segmentBytes) {
      begin();
    }
    if (head == null) {
      seek();
    }
    long first = segments.lastKey();
    long end = segments.get(first);
    try {
      long at = end;
      while (all.hasRemaining()) {
        at += tail.write(all, at);
      }
      tail.force(false);
      segments.put(first, at);
      next += records.size();
    } catch (IOException e) {
      tail.truncate(end);
      throw e;
    }
  }

  private void begin() throws IOException {
    FileChannel begun =
        FileChannel.open(
            file(next),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    if (tail != null) {
      tail.close();
    }
    tail = begun;
    segments.put(next, 0L);
  }

  /**
   * The records that come next, which stay until they are {@link #taken}.
   *
   * @param most records; at least one is given where there is any
   * @param bytes that they may have together
   */
  public synchronized List<byte[]> peek(int most, int bytes) throws IOException {
    List<byte[]> records = new ArrayList<>();
    int size = 0;
    long at = headOffset;
    while (head != null && records.size() < most && taken + records.size() < next) {
      boolean end = at >= segments.get(headSegment);
      if (end && records.isEmpty() && headSegment < segments.lastKey()) {
        drop();
        at = 0;
      } else {
        byte[] record = end ? null : read(head, at);
        if (record == null || (size += record.length) > bytes && !records.isEmpty()) {
          break;
        }
        records.add(record);
        at += HEAD + record.length;
      }
    }
    return records;
  }

  /** Deletes the segment that the head has come to the end of. */
  private void drop() throws IOException {
    head.close();
    Files.delete(file(headSegment));
    segments.remove(headSegment);
    headSegment = segments.firstKey();
    // Where a damaged segment ended early, its rest is gone.
    taken = Math.max(taken, headSegment);
    head = FileChannel.open(file(headSegment), StandardOpenOption.READ);
    headOffset = 0;
  }

  /** The records of a {@link #peek} have arrived. */
  public synchronized void taken(List<byte[]> records) throws IOException {
    for (byte[] record : records) {
      headOffset += HEAD + record.length;
    }
    taken += records.size();
    ByteBuffer bytes = ByteBuffer.allocate(12).putLong(taken);
    bytes.putInt(crc(bytes.array(), 8)).flip();
    position.write(bytes, 0);
    if (taken == next && tail != null) {
      // All is sent: the next record begins a new segment, and this one goes.
      tail.close();
      tail = null;
      head.close();
      head = null;
      for (long first : segments.keySet()) {
        Files.delete(file(first));
      }
      segments.clear();
    }
  }

  /** Records that wait. */
  public synchronized long waiting() {
    return next - taken;
  }

  /** Bytes on the disk. */
  private long bytes() {
    return segments.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Segments that were found damaged, with the loss of what they held behind that place. */
  public synchronized long damaged() {
    return damaged;
  }

  /** How many bytes each segment has, by its first record. */
  synchronized Map<Long, Long> segments() {
    return Map.copyOf(segments);
  }

  @Override
  public synchronized void close() throws IOException {
    if (tail != null) {
      tail.close();
    }
    if (head != null) {
      head.close();
    }
    lock.release();
    position.close();
  }
}
