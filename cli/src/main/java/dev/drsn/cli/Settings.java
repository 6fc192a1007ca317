package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.StreamsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Settings of a command besides its flags: {@code max-batch: 32} in a YAML file, {@code
 * DRSN_MAX_BATCH=32} in the environment. The environment goes before the file, a flag before both.
 * What is not known is an error.
 */
final class Settings {

  private static final String PREFIX = "DRSN_";
  private static final String CONFIG = "config";
  private static final long MOST_BYTES = 1 << 20;

  /** Where results go, as a list of streams may say. */
  private static final Set<String> SINKS =
      Set.of(
          "out",
          "video",
          "webhook",
          "webhook-timeout",
          "kafka",
          "kafka-config",
          "spool",
          "spool-limit");

  /** Of the environment alone: no option says them, and nothing prints them. */
  private static final Set<String> SECRETS =
      Set.of("DRSN_WEBHOOK_TOKEN", "DRSN_WEBHOOK_SECRET", "DRSN_KAFKA_USER", "DRSN_KAFKA_PASSWORD");

  /** Options that are no settings. */
  private static final Set<String> NO_SETTINGS = Set.of("help", "version", "verbose", "json");

  private final CommandSpec spec;
  private final Map<String, OptionSpec> options = new TreeMap<>();
  private final Set<String> given = new HashSet<>();

  /**
   * The settings of a command that has been parsed.
   *
   * @param spec its options are set
   */
  Settings(CommandSpec spec) {
    this.spec = spec;
    for (OptionSpec option : spec.options()) {
      String key = option.longestName().replaceFirst("^-+", "");
      if (!NO_SETTINGS.contains(key)) {
        options.put(key, option);
        if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
          given.add(key);
        }
      }
    }
  }

  /**
   * Sets what flags have not set.
   *
   * @param file named by a flag, or null
   */
  void apply(Path file, Map<String, String> environment) {
    environment(environment);
    Path from = file;
    if (from == null && environment.containsKey("DRSN_CONFIG")) {
      from = Path.of(environment.get("DRSN_CONFIG"));
    }
    if (from != null) {
      for (Map.Entry<?, ?> each : read(from).entrySet()) {
        String key = String.valueOf(each.getKey());
        if (key.equals(CONFIG)) {
          throw new DrsnException(from + ": a file names no other; take 'config' out");
        }
        set(key, each.getValue(), from + ": " + key);
      }
    }
  }

  private void environment(Map<String, String> environment) {
    new TreeMap<>(environment)
        .forEach(
            (name, value) -> {
              // Those of the launcher are not ours.
              if (name.startsWith(PREFIX)
                  && !name.startsWith("DRSN_JAVA_")
                  && !SECRETS.contains(name)) {
                String key = name.substring(PREFIX.length());
                set(key.toLowerCase(Locale.ROOT).replace('_', '-'), value, name);
              }
            });
  }

  /**
   * Sets what flags have not set, from the environment and then from the sinks of lists of streams.
   *
   * @param sources those that are lists are read
   */
  void applySinks(List<String> sources, Map<String, String> environment) {
    environment(environment);
    Path with = null;
    for (String source : sources) {
      Map<?, ?> sinks = StreamsFile.is(source) ? StreamsFile.sinks(Path.of(source)) : Map.of();
      if (!sinks.isEmpty()) {
        if (with != null) {
          throw new DrsnException(
              source + " has sinks, and so has " + with + "; keep those of one list");
        }
        with = Path.of(source);
        for (Map.Entry<?, ?> each : sinks.entrySet()) {
          String key = String.valueOf(each.getKey());
          String where = with + ": " + key;
          if (!SINKS.contains(key)) {
            throw unknown(key, where, SINKS);
          }
          set(key, each.getValue(), where);
        }
      }
    }
  }

  /** Sets an option unless something before it has. */
  private void set(String key, Object value, String where) {
    OptionSpec option = options.get(key);
    if (option == null) {
      throw unknown(key, where, options.keySet());
    }
    Object converted = converted(option, value, where);
    if (given.add(key)) {
      try {
        option.setValue(converted);
      } catch (RuntimeException e) {
        throw new DrsnException(where + " cannot be " + value, e);
      }
    }
  }

  private DrsnException unknown(String key, String where, Set<String> known) {
    String near = known.stream().min(Comparator.comparingInt(k -> apart(k, key))).orElseThrow();
    if (apart(near, key) > Math.max(2, key.length() / 3)) {
      return new DrsnException(
          where + " is not known; 'drsn " + spec.name() + " --help' lists what there is");
    }
    String name =
        where.startsWith(PREFIX) ? PREFIX + near.toUpperCase(Locale.ROOT).replace('-', '_') : near;
    return new DrsnException(where + " is not known; did you mean " + name + "?");
  }

  /** The fewest letters that were left out, put in or changed to make a of b. */
  private static int apart(String a, String b) {
    int[] row = IntStream.rangeClosed(0, b.length()).toArray();
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }

  private static Object converted(OptionSpec option, Object value, String where) {
    Class<?> type = option.type();
    if (type == List.class) {
      List<?> values = value instanceof List<?> list ? list : Collections.singletonList(value);
      Class<?> each = option.auxiliaryTypes()[0];
      return values.stream().map(one -> converted(each, one, where)).toList();
    }
    return converted(type, value, where);
  }

  private static Object converted(Class<?> type, Object value, String where) {
    String text = String.valueOf(value);
    if (value == null || value instanceof Map || value instanceof List) {
      throw new DrsnException(where + " is one value, not a list or nothing");
    }
    if (type == boolean.class || type == Boolean.class) {
      if (!text.equals("true") && !text.equals("false")) {
        throw new DrsnException(where + " is true or false, not " + text);
      }
      return Boolean.valueOf(text);
    }
    try {
      if (type == int.class) {
        return Integer.valueOf(text);
      }
      if (type == double.class) {
        return Double.valueOf(text);
      }
    } catch (NumberFormatException e) {
      throw new DrsnException(where + " is a number, not " + text, e);
    }
    return type == Path.class ? Path.of(text) : text;
  }

  private static Map<?, ?> read(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new DrsnException(file + " is larger than 1 MB; is it a list of settings?");
      }
      Object content =
          new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
      if (content instanceof Map<?, ?> map) {
        return map;
      }
    } catch (NoSuchFileException e) {
      throw new DrsnException("there is no file " + file + "; is the path right?", e);
    } catch (IOException e) {
      throw new DrsnException(file + " cannot be read: " + e.getMessage(), e);
    } catch (YamlEngineException e) {
      String what = e.getMessage().strip().replaceAll("\\s+", " ");
      throw new DrsnException(file + ": it is not YAML: " + what, e);
    }
    throw new DrsnException(file + ": write settings as 'port: 8000', one a line");
  }
}
