package dev.drsn.trainer.report;

import dev.drsn.engine.DrsnException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Results as {@code drsn stream --out FILE.jsonl} records them.
 *
 * @param labels the classes
 * @param frames in the order of their capture
 */
public record Recording(List<String> labels, List<Frame> frames) {

  /**
   * A frame.
   *
   * @param stream whose, unlike those of other files
   * @param captured when
   */
  public record Frame(String stream, Instant captured, List<Seen> faces) {}

  /**
   * A face in a frame.
   *
   * @param track its random name in its stream
   * @param p probabilities, one a class
   */
  public record Seen(String track, float[] p) {}

  public Recording {
    labels = List.copyOf(labels);
    frames = List.copyOf(frames);
  }

  /**
   * Reads recordings of one lesson.
   *
   * @throws DrsnException naming file and line: missing, no results, other classes than before. A
   *     last line that is cut off, as by a power cut, is left out
   */
  public static Recording read(List<Path> files) {
    List<String> labels = new ArrayList<>();
    List<Frame> frames = new ArrayList<>();
    for (Path file : files) {
      String prefix = files.size() > 1 ? file.getFileName() + ": " : "";
      read(file, prefix, labels, frames);
    }
    if (labels.isEmpty()) {
      throw new DrsnException(
          "no face was seen in " + files.getFirst() + "; is it the right file?");
    }
    frames.sort((a, b) -> a.captured.compareTo(b.captured));
    return new Recording(labels, frames);
  }

  private static void read(Path file, String prefix, List<String> labels, List<Frame> frames) {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      long number = 1;
      String line = reader.readLine();
      while (line != null) {
        String next = reader.readLine();
        Frame frame = frame(line, prefix, labels, file + " line " + number, next == null);
        if (frame != null) {
          frames.add(frame);
        }
        line = next;
        number++;
      }
    } catch (NoSuchFileException e) {
      throw new DrsnException("there is no file " + file + "; is the path right?", e);
    } catch (MalformedInputException e) {
      throw new DrsnException(file + " is no text; give a .jsonl file of 'drsn stream --out'", e);
    } catch (IOException e) {
      throw new DrsnException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * A line's frame; null for the object that ends {@code --json} and for a line that is cut off.
   */
  private static Frame frame(
      String line, String prefix, List<String> labels, String where, boolean last) {
    JsonNode json;
    try {
      json = JsonMapper.shared().readTree(line);
    } catch (JacksonException e) {
      if (last) {
        return null;
      }
      throw new DrsnException(where + " is no result of 'drsn stream'; give another file", e);
    }
    if (json.has("streams")) {
      return null;
    }
    try {
      List<Seen> faces = faces(json, labels, where);
      Instant captured = Instant.parse(json.required("captured").asString());
      return new Frame(prefix + json.required("stream").asString(), captured, faces);
    } catch (JacksonException | DateTimeException e) {
      throw new DrsnException(where + " is no result of 'drsn stream'; give another file", e);
    }
  }

  /**
   * The faces of a result.
   *
   * @param labels of the results before; empty where no face was seen yet, and set by the first
   * @param where it stands, for errors
   * @throws DrsnException where it has other classes
   * @throws JacksonException where it is no result
   */
  public static List<Seen> faces(JsonNode result, List<String> labels, String where) {
    List<Seen> faces = new ArrayList<>();
    for (JsonNode face : result.required("faces")) {
      faces.add(seen(face, labels, where));
    }
    return faces;
  }

  private static Seen seen(JsonNode face, List<String> labels, String where) {
    JsonNode probabilities = face.required("probabilities");
    List<String> names = List.copyOf(probabilities.propertyNames());
    if (labels.isEmpty()) {
      labels.addAll(names);
    }
    if (!names.equals(labels) || names.isEmpty()) {
      throw new DrsnException(where + " has other classes than the lines before; separate them");
    }
    float[] p = new float[names.size()];
    for (int k = 0; k < p.length; k++) {
      p[k] = probabilities.get(names.get(k)).floatValue();
      if (!(p[k] >= 0 && p[k] <= 1)) {
        throw new DrsnException(where + " has a probability of " + p[k] + "; is it damaged?");
      }
    }
    return new Seen(face.required("track").asString(), p);
  }
}
