package dev.drsn.engine.stream;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Box;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Streams as a file lists them. {@code .streams}: an address a line, {@code #} begins a remark; the
 * names are {@code stream-1}, {@code stream-2}, ... by line. {@code .yaml}: a list below {@code
 * streams}, each with {@code id}, {@code url} and, if wanted, {@code roi: [x, y, width, height]},
 * {@code fps}, {@code policy} and {@code course}; and where results go, below {@code sinks}.
 */
public final class StreamsFile {

  private static final long MOST_BYTES = 1 << 20;
  private static final String STREAMS = "streams";
  private static final String SINKS = "sinks";
  private static final List<String> KEYS = List.of("id", "url", "roi", "fps", "policy", "course");

  private StreamsFile() {}

  /** Whether a name is that of a list of streams and not of a video. */
  public static boolean is(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".streams") || lower.endsWith(".yaml") || lower.endsWith(".yml");
  }

  /**
   * Reads a list.
   *
   * @throws DrsnException naming the file: missing, not in this form, a key that is not known, two
   *     streams of one name
   */
  public static List<StreamSpec> read(Path file) {
    String text = text(file);
    try {
      List<StreamSpec> specs = isPlain(file) ? lines(text) : yaml(text);
      Set<String> ids = new HashSet<>();
      for (StreamSpec spec : specs) {
        if (!ids.add(spec.id())) {
          throw new DrsnException("there are two streams " + spec.id() + "; name one of them anew");
        }
      }
      if (specs.isEmpty()) {
        throw new DrsnException("there are no streams in it");
      }
      return specs;
    } catch (DrsnException e) {
      throw new DrsnException(file + ": " + e.getMessage(), e);
    }
  }

  private static boolean isPlain(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".streams");
  }

  private static String text(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new DrsnException(file + " is larger than 1 MB; is it a list of streams?");
      }
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new DrsnException("there is no file " + file + "; is the path right?", e);
    } catch (IOException e) {
      throw new DrsnException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static List<StreamSpec> lines(String text) {
    List<StreamSpec> specs = new ArrayList<>();
    for (String line : text.lines().map(String::strip).toList()) {
      if (!line.isEmpty() && !line.startsWith("#")) {
        specs.add(StreamSpec.of("stream-" + (specs.size() + 1), line));
      }
    }
    return specs;
  }

  /**
   * Where results go by this list: keys and what they say, unchecked; empty where it says nothing.
   *
   * @throws DrsnException naming the file where it cannot be read
   */
  public static Map<?, ?> sinks(Path file) {
    String text = text(file);
    if (isPlain(file)) {
      return Map.of();
    }
    try {
      Object sinks = parsed(text).get(SINKS);
      if (sinks == null) {
        return Map.of();
      }
      if (sinks instanceof Map<?, ?> map) {
        return map;
      }
      throw new DrsnException("'sinks' has keys such as 'webhook: https://...' below it");
    } catch (DrsnException e) {
      throw new DrsnException(file + ": " + e.getMessage(), e);
    }
  }

  private static Map<?, ?> parsed(String text) {
    Object content;
    try {
      content = new Load(LoadSettings.builder().build()).loadFromString(text);
    } catch (YamlEngineException e) {
      throw new DrsnException(
          "it is not YAML: " + e.getMessage().strip().replaceAll("\\s+", " "), e);
    }
    if (!(content instanceof Map<?, ?> map) || !(map.get(STREAMS) instanceof List<?>)) {
      throw new DrsnException("it has no list 'streams'; write 'streams:' and '- id: ...' below");
    }
    for (Object key : map.keySet()) {
      if (!STREAMS.equals(key) && !SINKS.equals(key)) {
        throw new DrsnException(
            "the key '" + key + "' is not known; there are 'streams' and 'sinks'");
      }
    }
    return map;
  }

  private static List<StreamSpec> yaml(String text) {
    List<?> list = (List<?>) parsed(text).get(STREAMS);
    List<StreamSpec> specs = new ArrayList<>();
    for (Object each : list) {
      int number = specs.size() + 1;
      if (!(each instanceof Map<?, ?> keys)) {
        throw new DrsnException("stream " + number + " is no list of keys such as 'url: ...'");
      }
      specs.add(stream(keys, number));
    }
    return specs;
  }

  /**
   * A stream as its keys describe it: {@code id}, {@code url}, {@code roi}, {@code fps}, {@code
   * policy}, {@code course}.
   *
   * @param number its place in the list, for errors and for a stream without a name
   */
  public static StreamSpec stream(Map<?, ?> map, int number) {
    for (Object key : map.keySet()) {
      if (!KEYS.contains(String.valueOf(key))) {
        throw new DrsnException(
            "stream "
                + number
                + ": the key '"
                + key
                + "' is not known; there are "
                + String.join(", ", KEYS));
      }
    }
    Object id = map.get("id");
    Object url = map.get("url");
    Object fps = map.get("fps");
    Object policy = map.get("policy");
    Object course = map.get("course");
    if (url == null) {
      throw new DrsnException("stream " + number + " has no url; give it one");
    }
    if (fps != null && !(fps instanceof Number)) {
      throw new DrsnException("stream " + number + ": fps is a number, not " + fps);
    }
    return new StreamSpec(
        id == null ? "stream-" + number : id.toString(),
        url.toString(),
        roi(map.get("roi"), number),
        fps instanceof Number n ? n.doubleValue() : 0,
        policy == null ? StreamSpec.Policy.AUTO : StreamSpec.Policy.of(policy.toString()),
        course == null ? "" : course.toString());
  }

  private static Box roi(Object content, int number) {
    if (content == null) {
      return null;
    }
    if (content instanceof List<?> list
        && list.size() == 4
        && list.stream().allMatch(Integer.class::isInstance)) {
      int[] n = list.stream().mapToInt(each -> (Integer) each).toArray();
      if (n[0] >= 0 && n[1] >= 0 && n[2] > 0 && n[3] > 0) {
        return new Box(n[0], n[1], n[2], n[3]);
      }
    }
    throw new DrsnException(
        "stream " + number + ": roi is [x, y, width, height] in pixels, not " + content);
  }
}
