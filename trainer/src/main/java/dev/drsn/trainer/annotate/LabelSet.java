package dev.drsn.trainer.annotate;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The labels that annotators choose from, in their order: a YAML file with a list {@code labels},
 * each with {@code name}, {@code definition} (a text, or a text for each thing to look at) and
 * perhaps {@code weight}.
 *
 * @param text the file as it is
 */
public record LabelSet(List<Label> labels, String text) {

  /** What stands for no label: the annotator cannot tell. */
  public static final String AMBIGUOUS = "ambiguous";

  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,39}");
  private static final Set<String> KEYS = Set.of("name", "definition", "weight");
  private static final int MOST = 20;
  private static final int MOST_DEFINITION = 400;

  /**
   * One of them.
   *
   * @param definition what to see, by what to look at; a definition in one piece has the key ""
   * @param weight in the engagement index, 0 to 1; empty where nobody has judged that
   */
  public record Label(String name, Map<String, String> definition, OptionalDouble weight) {}

  public LabelSet {
    labels = List.copyOf(labels);
  }

  /** The six learning expressions of the paper's table 1, without weights. */
  public static LabelSet standard() {
    String name = "learning-expressions.yaml";
    try (InputStream in = LabelSet.class.getResourceAsStream(name)) {
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), name);
    } catch (IOException e) {
      throw new IllegalStateException("the program's own " + name + " cannot be read", e);
    }
  }

  /** Reads a set. */
  public static LabelSet read(Path file) {
    try {
      return parse(Files.readString(file), file.toString());
    } catch (NoSuchFileException e) {
      throw new DrsnException("there is no file " + file + "; is the path right?", e);
    } catch (IOException e) {
      throw new DrsnException(file + " cannot be read as UTF-8 text: " + e.getMessage(), e);
    }
  }

  /**
   * The labels of a set of faces, which are settled when the first annotator begins.
   *
   * @param wanted those asked for, or null
   * @throws DrsnException where others are asked for than those in use
   */
  static LabelSet of(Path file, LabelSet wanted) {
    if (!Files.exists(file)) {
      LabelSet labels = wanted == null ? standard() : wanted;
      AtomicFile.write(file, labels.text);
      return labels;
    }
    LabelSet there = read(file);
    if (wanted != null && !wanted.names().equals(there.names())) {
      throw new DrsnException(
          file
              + ": this set is being labelled "
              + String.join(", ", there.names())
              + "; leave --labels out, or build another set for other labels");
    }
    return there;
  }

  static LabelSet parse(String text, String source) {
    Object content;
    try {
      content = new Load(LoadSettings.builder().build()).loadFromString(text);
    } catch (MarkedYamlEngineException e) {
      String where = e.getProblemMark().map(m -> " line " + (m.getLine() + 1)).orElse("");
      throw new DrsnException(source + where + ": " + oneLine(e.getProblem()), e);
    } catch (YamlEngineException e) {
      throw new DrsnException(source + " is not YAML: " + oneLine(e.getMessage()), e);
    }
    if (!(content instanceof Map<?, ?> map && map.get("labels") instanceof List<?> list)) {
      throw new DrsnException(
          source + " has no list 'labels'; write labels: and - name: ... below");
    }
    if (map.size() > 1) {
      throw new DrsnException(source + " has other keys than 'labels': " + map.keySet());
    }
    List<Label> labels = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Object each : list) {
      Label label = label(each, source + ": label " + (labels.size() + 1));
      if (!names.add(label.name().toLowerCase(Locale.ROOT))) {
        throw new DrsnException(source + " has the label " + label.name() + " twice; keep one");
      }
      labels.add(label);
    }
    if (labels.size() < 2 || labels.size() > MOST) {
      throw new DrsnException(
          source + " has " + labels.size() + " labels; there are 2 to " + MOST + " of them");
    }
    return new LabelSet(labels, text);
  }

  private static Label label(Object content, String where) {
    if (!(content instanceof Map<?, ?> map) || !(map.get("name") instanceof String name)) {
      throw new DrsnException(where + " has no name; write - name: ...");
    }
    if (!NAME.matcher(name).matches() || name.equals(AMBIGUOUS)) {
      throw new DrsnException(
          where
              + " cannot be called '"
              + oneLine(name)
              + "': up to 40 letters, digits, dots, dashes, and not "
              + AMBIGUOUS);
    }
    for (Object key : map.keySet()) {
      if (!KEYS.contains(String.valueOf(key))) {
        throw new DrsnException(
            where + " has an unknown key '" + key + "'; there are name, definition, weight");
      }
    }
    OptionalDouble weight = OptionalDouble.empty();
    if (map.containsKey("weight")) {
      if (!(map.get("weight") instanceof Number n)
          || !(n.doubleValue() >= 0)
          || !(n.doubleValue() <= 1)) {
        throw new DrsnException(where + ": weight is a number from 0 to 1");
      }
      weight = OptionalDouble.of(n.doubleValue());
    }
    return new Label(name, definition(map.get("definition"), where), weight);
  }

  private static Map<String, String> definition(Object content, String where) {
    Map<String, String> definition = new LinkedHashMap<>();
    if (content instanceof Map<?, ?> parts) {
      parts.forEach((k, v) -> definition.put(String.valueOf(k), String.valueOf(v)));
    } else if (content != null) {
      definition.put("", String.valueOf(content));
    }
    for (String part : definition.values()) {
      if (part.length() > MOST_DEFINITION) {
        throw new DrsnException(
            where + ": a definition has up to " + MOST_DEFINITION + " characters; shorten it");
      }
    }
    return definition;
  }

  /** Their names. */
  public List<String> names() {
    return labels.stream().map(Label::name).toList();
  }

  private static String oneLine(String text) {
    return String.valueOf(text).replaceAll("\\s+", " ");
  }
}
