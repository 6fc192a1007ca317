package dev.drsn.engine.weights;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.network.Stem;
import dev.drsn.engine.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Everything that it takes to classify: the network's description, its weights, the labels of its
 * outputs and how pictures become its input. A model file is a safetensors file whose metadata hold
 * all but the weights.
 *
 * @param labels one an output, in order
 * @param notes anything else worth keeping, such as accuracy and training data; no meaning to drsn
 */
public record Model(
    NetworkSpec spec,
    List<String> labels,
    Preprocess preprocess,
    Weights weights,
    SequencedMap<String, String> notes) {

  private static final String FORMAT = "drsn.format";
  private static final String VERSION = "1";
  private static final String NOTE = "note.";

  public Model {
    labels = List.copyOf(labels);
    notes = new LinkedHashMap<>(notes);
    if (labels.size() != spec.classes()) {
      throw new DrsnException(
          "the network has "
              + spec.classes()
              + " outputs and there are "
              + labels.size()
              + " labels; give one label an output");
    }
    if (preprocess.channels() != spec.channels() || preprocess.size() != spec.size()) {
      throw new DrsnException(
          "pictures are prepared as "
              + preprocess.channels()
              + " x "
              + preprocess.size()
              + " and the network reads "
              + spec.channels()
              + " x "
              + spec.size()
              + "; make them the same");
    }
  }

  /** The network. */
  public Network network() {
    return spec.build();
  }

  /** The same with other weights. */
  public Model withWeights(Weights weights) {
    return new Model(spec, labels, preprocess, weights, notes);
  }

  /** The same with another note, or a changed one. */
  public Model withNote(String key, String value) {
    SequencedMap<String, String> more = new LinkedHashMap<>(notes);
    more.put(key, value);
    return new Model(spec, labels, preprocess, weights, more);
  }

  /**
   * Writes a model file, whole or not at all.
   *
   * @param type F32, or F16 or BF16 for half the size and rounded weights
   */
  public void write(Path file, DType type) {
    Safetensors.write(file, weights.tensors(), metadata(), type);
  }

  /** All but the weights, as a model file keeps it. */
  public SequencedMap<String, String> metadata() {
    SequencedMap<String, String> metadata = new LinkedHashMap<>();
    metadata.put(FORMAT, VERSION);
    metadata.put("network", spec.architecture().label());
    metadata.put("width", Integer.toString(spec.width()));
    metadata.put("classes", Integer.toString(spec.classes()));
    metadata.put("channels", Integer.toString(spec.channels()));
    metadata.put("size", Integer.toString(spec.size()));
    metadata.put("stem", spec.stem().label());
    metadata.put("preactivation", Boolean.toString(spec.preactivation()));
    metadata.put("gate.reduction", Integer.toString(spec.reduction()));
    metadata.put("gate.norm", Boolean.toString(spec.gateNorm()));
    metadata.put("labels", JsonMapper.shared().writeValueAsString(labels));
    metadata.putAll(preprocess.toMetadata());
    notes.forEach((key, value) -> metadata.put(NOTE + key, value));
    return metadata;
  }

  /**
   * Reads a model file.
   *
   * @throws DrsnException naming the file: missing, damaged, plain weights, a later version,
   *     weights that do not fit their description
   */
  public static Model read(Path file) {
    SequencedMap<String, String> metadata = Safetensors.readMetadata(file);
    String version = metadata.get(FORMAT);
    if (version == null) {
      throw new DrsnException(
          file
              + " holds weights without a description; make a model of it with 'drsn import"
              + " --weights "
              + file
              + "'");
    }
    if (!version.equals(VERSION)) {
      throw new DrsnException(
          file
              + " is a model of format "
              + version
              + ", this drsn reads format "
              + VERSION
              + "; use a later drsn");
    }
    try {
      NetworkSpec spec = spec(metadata);
      List<String> labels = labels(text(metadata, "labels"));
      Preprocess preprocess = Preprocess.fromMetadata(metadata);
      SequencedMap<String, String> notes = new LinkedHashMap<>();
      metadata.forEach(
          (key, value) -> {
            if (key.startsWith(NOTE)) {
              notes.put(key.substring(NOTE.length()), value);
            }
          });
      Network network = spec.build();
      Weights found = new Weights(Safetensors.read(file, name -> true).tensors());
      // Nothing may be missing: the initial weights are never read.
      WeightsFit fit = WeightsFit.fit(network, found, found, WeightsFit.NONE, file.toString());
      return new Model(spec, labels, preprocess, fit.weights(), notes);
    } catch (DrsnException e) {
      if (e.getMessage().startsWith(file.toString())) {
        throw e;
      }
      throw new DrsnException(
          file
              + ": "
              + Entries.oneLine(e.getMessage())
              + "; the model cannot be used, export it again",
          e);
    }
  }

  private static List<String> labels(String json) {
    List<String> labels = new ArrayList<>();
    // Not JsonMapper: it takes 30 ms to be made, and this is read before each first answer.
    try (JsonParser in = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
      boolean list = in.nextToken() == JsonToken.START_ARRAY;
      while (list && in.nextToken() == JsonToken.VALUE_STRING) {
        labels.add(in.getString());
      }
      if (list && in.currentToken() == JsonToken.END_ARRAY && in.nextToken() == null) {
        return List.copyOf(labels);
      }
    } catch (JacksonException e) {
      throw new DrsnException("its labels are not a JSON list of texts", e);
    }
    throw new DrsnException("its labels are not a JSON list of texts");
  }

  private static NetworkSpec spec(Map<String, String> metadata) {
    return new NetworkSpec(
        Architecture.of(text(metadata, "network")),
        number(metadata, "width"),
        number(metadata, "classes"),
        number(metadata, "channels"),
        number(metadata, "size"),
        Stem.of(text(metadata, "stem")),
        truth(metadata, "preactivation"),
        number(metadata, "gate.reduction"),
        truth(metadata, "gate.norm"));
  }

  private static String text(Map<String, String> metadata, String key) {
    String value = metadata.get(key);
    if (value == null) {
      throw new DrsnException("the model's description lacks '" + key + "'");
    }
    return value;
  }

  private static int number(Map<String, String> metadata, String key) {
    String value = text(metadata, key);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new DrsnException("the model's '" + key + "' is no whole number: " + value, e);
    }
  }

  private static boolean truth(Map<String, String> metadata, String key) {
    String value = text(metadata, key);
    if (!value.equals("true") && !value.equals("false")) {
      throw new DrsnException("the model's '" + key + "' is neither true nor false: " + value);
    }
    return value.equals("true");
  }
}
