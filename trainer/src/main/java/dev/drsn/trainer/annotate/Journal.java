package dev.drsn.trainer.annotate;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What one annotator has said, a line each: {@code time,face,judgement}. Lines are only ever
 * appended, and forced to the disk before the answer; a later line about a face replaces an earlier
 * one, and one without a judgement takes it back. A line that a kill has cut off does not count,
 * and is cut off when the file is opened to be written to.
 */
final class Journal implements AutoCloseable {

  private static final String HEAD = "time,face,judgement";

  private final Path file;
  private final RandomAccessFile out;
  private long end;
  private final SequencedMap<String, String> said;

  private Journal(Path file, RandomAccessFile out, long end, SequencedMap<String, String> said) {
    this.file = file;
    this.out = out;
    this.end = end;
    this.said = said;
  }

  /**
   * What a file says: judgements by face, the newest last.
   *
   * @param faces that there are; lines about others are passed over: they were removed from the set
   * @param words that a judgement may be
   * @throws DrsnException naming the line that is no judgement
   */
  static SequencedMap<String, String> read(Path file, Set<String> faces, Set<String> words) {
    SequencedMap<String, String> said = new LinkedHashMap<>();
    List<String> lines = lines(file);
    if (!lines.isEmpty() && !lines.getFirst().equals(HEAD)) {
      throw new DrsnException(
          file + " is no file of judgements: it begins otherwise; move it away");
    }
    for (int i = 1; i < lines.size(); i++) {
      String[] fields = lines.get(i).split(",", -1);
      if (fields.length != 3 || !(fields[2].isEmpty() || words.contains(fields[2]))) {
        throw new DrsnException(
            file + " line " + (i + 1) + " is no judgement of these labels; remove or mend it");
      }
      said.remove(fields[1]);
      if (!fields[2].isEmpty() && faces.contains(fields[1])) {
        said.put(fields[1], fields[2]);
      }
    }
    return said;
  }

  private static List<String> lines(Path file) {
    try {
      String text = Files.readString(file);
      List<String> lines = new ArrayList<>(text.lines().toList());
      if (!text.isEmpty() && !text.endsWith("\n")) {
        lines.removeLast();
      }
      return lines;
    } catch (IOException e) {
      throw new DrsnException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Opens a file to go on with it, or a new one. */
  static Journal open(Path file, Set<String> faces, Set<String> words) {
    try {
      SequencedMap<String, String> said = new LinkedHashMap<>();
      if (Files.exists(file)) {
        said = read(file, faces, words);
      }
      // No channel: an interrupted thread would close it.
      RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw");
      long end = wholeLines(file);
      out.setLength(end);
      Journal journal = new Journal(file, out, end, said);
      if (end == 0) {
        journal.append(HEAD);
      }
      return journal;
    } catch (IOException e) {
      throw new DrsnException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** Where the last whole line ends. */
  private static long wholeLines(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  /** Judgements by face, the newest last. */
  SequencedMap<String, String> said() {
    return Collections.unmodifiableSequencedMap(said);
  }

  /** Notes a judgement; it is on the disk when this returns. */
  void say(String face, String judgement) {
    append(now() + "," + face + "," + judgement);
    said.remove(face);
    said.put(face, judgement);
  }

  /** Takes a judgement back. */
  void takeBack(String face) {
    append(now() + "," + face + ",");
    said.remove(face);
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private void append(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      try {
        out.seek(end);
        out.write(bytes);
        out.getFD().sync();
        end += bytes.length;
      } catch (IOException e) {
        out.setLength(end);
        throw e;
      }
    } catch (IOException e) {
      throw new DrsnException(
          "cannot write " + file + ": " + e.getMessage() + "; nothing was noted", e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException _) {
      // Each line is on the disk already.
    }
  }
}
