package dev.drsn.trainer.train;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.trainer.data.Crops;
import dev.drsn.trainer.data.Sample;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * args.json: all that decided a training, so that it can be told, repeated and resumed.
 *
 * @param version of drsn
 * @param java version that it ran on
 * @param command as the user gave it
 * @param backend its name
 * @param source what the command line needs to open the same data again, in its own words
 * @param data what was found there
 * @param start what training started from; empty for random weights
 */
public record Arguments(
    String version,
    String java,
    String command,
    String backend,
    Map<String, String> source,
    Data data,
    NetworkSpec network,
    Preprocess preprocess,
    String start,
    TrainOptions options) {

  /**
   * The data in brief.
   *
   * @param train images by class, likewise valid
   * @param hash of labels, targets and pixels as they are trained on, in their order
   */
  public record Data(List<String> labels, List<Integer> train, List<Integer> valid, String hash) {

    /** Beyond this many pictures a part's hash takes evenly spread ones. */
    private static final int HASHED = 10_000;

    static Data of(Crops train, Crops valid) {
      return new Data(
          train.data().labels(), counts(train), counts(valid), hash(List.of(train, valid)));
    }

    private static List<Integer> counts(Crops crops) {
      return Arrays.stream(crops.data().counts()).boxed().toList();
    }

    private static String hash(List<Crops> parts) {
      try {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        for (Crops crops : parts) {
          int stride = Math.ceilDiv(crops.size(), HASHED);
          for (int i = 0; i < crops.size(); i++) {
            Sample sample = crops.data().samples().get(i);
            ByteBuffer target = ByteBuffer.allocate(4 + 4 * sample.target().length);
            target.putInt(sample.label()).asFloatBuffer().put(sample.target());
            sha.update(target.array());
            if (i % stride == 0) {
              sha.update(crops.pixels(i));
            }
          }
        }
        return "sha256:" + HexFormat.of().formatHex(sha.digest());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  public Arguments {
    source = Collections.unmodifiableMap(new LinkedHashMap<>(source));
  }

  static Arguments of(Trainer.Task task, Backend backend, Crops train, Crops valid) {
    String version = Arguments.class.getPackage().getImplementationVersion();
    return new Arguments(
        version == null ? "" : version,
        Runtime.version().toString(),
        task.command(),
        backend.name(),
        task.source(),
        Data.of(train, valid),
        task.network(),
        task.preprocess(),
        task.start().map(Trainer.Start::name).orElse(""),
        task.options());
  }

  void write(Path file) {
    AtomicFile.write(file, JSON.writeValueAsString(this) + "\n");
  }

  static Arguments read(Path file) {
    try {
      return JSON.readValue(file, Arguments.class);
    } catch (JacksonException e) {
      throw new DrsnException(
          file + " cannot be read: " + e.getOriginalMessage() + "; start a new run", e);
    }
  }

  /**
   * Refuses to go on with what would not give the same result.
   *
   * @param now arguments of the run that resumes this one
   */
  void requireSame(Arguments now, Path folder) {
    Map<String, String> before = result();
    Map<String, String> after = now.result();
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    List<String> changes = new ArrayList<>();
    for (String name : names) {
      String was = before.getOrDefault(name, "nothing");
      String is = after.getOrDefault(name, "nothing");
      if (!was.equals(is)) {
        changes.add(name + " was " + was + ", is " + is);
      }
    }
    if (!changes.isEmpty()) {
      throw new DrsnException(
          folder
              + " cannot be resumed with other settings: "
              + String.join("; ", changes)
              + "; leave them as they were or start a new run");
    }
    int epochs = now.options.epochs();
    boolean rateMayGrow = options.descent().schedule().mayGrow();
    boolean mayGrow = rateMayGrow && options.objective().mayGrow();
    Schedule binding =
        rateMayGrow ? options.objective().centreSchedule() : options.descent().schedule();
    if (epochs < options.epochs() || (epochs > options.epochs() && !mayGrow)) {
      throw new DrsnException(
          folder
              + " was planned for "
              + options.epochs()
              + " epochs, not "
              + epochs
              + (mayGrow
                  ? "; give at least as many"
                  : "; its "
                      + binding.kind().label()
                      + " schedule depends on them, so they cannot change"));
    }
  }

  /** What decides the result, by dotted name. */
  private Map<String, String> result() {
    Map<String, String> all = new LinkedHashMap<>();
    flatten(
        "",
        JSON.valueToTree(
            new Arguments(
                "",
                "",
                "",
                backend,
                Map.of(),
                data,
                network,
                preprocess,
                start,
                options.withWorkers(1).withEpochs(1))),
        all);
    return all;
  }

  private static void flatten(String name, JsonNode node, Map<String, String> all) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              entry ->
                  flatten(
                      name.isEmpty() ? entry.getKey() : name + "." + entry.getKey(),
                      entry.getValue(),
                      all));
    } else {
      all.put(name, node.isString() ? node.stringValue() : node.toString());
    }
  }
}
