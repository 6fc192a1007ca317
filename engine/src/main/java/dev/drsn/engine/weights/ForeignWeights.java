package dev.drsn.engine.weights;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.network.Stem;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;

/**
 * Weights that others trained, under torchvision's names, and what their shapes tell of the network
 * that they belong to.
 *
 * @param file where they come from
 * @param weights without the prefixes that wrappers of a network put in front of its names, and
 *     without {@code num_batches_tracked}
 */
public record ForeignWeights(Path file, Weights weights) {

  /** DataParallel's and torch.compile's. */
  private static final String[] PREFIXES = {"module.", "_orig_mod."};

  /**
   * Reads a PyTorch checkpoint or a safetensors file, told apart by their first bytes.
   *
   * @throws DrsnException where the file is damaged or hostile
   */
  public static ForeignWeights read(Path file) {
    SequencedMap<String, Tensor> read =
        isTorch(file)
            ? TorchCheckpoint.read(file, ForeignWeights::isWanted)
            : Safetensors.read(file, ForeignWeights::isWanted).tensors();
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> entry : read.entrySet()) {
      String name = withoutPrefixes(entry.getKey());
      if (tensors.putIfAbsent(name, entry.getValue()) != null) {
        throw new DrsnException(
            file
                + " has "
                + Entries.printable(name)
                + " twice, with and without a prefix; leave one out");
      }
    }
    return new ForeignWeights(file, new Weights(tensors));
  }

  /** A safetensors header is shorter than 2^32 bytes: the upper half of its length is zero. */
  private static boolean isTorch(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] first = in.readNBytes(9);
      boolean zip = first.length > 1 && first[0] == 'P' && first[1] == 'K';
      boolean pickle = first.length > 1 && first[0] == (byte) 0x80 && first[1] <= 5;
      boolean header =
          first.length == 9 && (first[4] | first[5] | first[6] | first[7]) == 0 && first[8] == '{';
      return (zip || pickle) && !header;
    } catch (IOException e) {
      throw new DrsnException(
          file + " cannot be read: " + e.getMessage() + "; look at the disk", e);
    }
  }

  private static boolean isWanted(String name) {
    return !name.endsWith("num_batches_tracked");
  }

  private static String withoutPrefixes(String name) {
    for (String prefix : PREFIXES) {
      if (name.startsWith(prefix)) {
        return withoutPrefixes(name.substring(prefix.length()));
      }
    }
    return name;
  }

  /**
   * The network that these weights fit, as far as their shapes tell: width, classes, channels,
   * stem, kind of block and of gate.
   *
   * @param architecture which family; shapes alone do not tell
   * @param size of the input image in pixels; no shape depends on it
   * @param width, classes, channels what the user gave; empty to read it off
   * @throws DrsnException naming the entry that should tell and is missing
   */
  public NetworkSpec spec(
      Architecture architecture,
      int size,
      OptionalInt width,
      OptionalInt classes,
      OptionalInt channels) {
    boolean vgg = architecture == Architecture.VGG16;
    String first = vgg ? "features.0.weight" : "conv1.weight";
    String last = vgg ? "classifier.6.weight" : "fc.weight";
    NetworkSpec spec =
        NetworkSpec.of(
            architecture,
            width.orElseGet(() -> shape(first, "--width").n()),
            classes.orElseGet(() -> shape(last, "--classes").n()),
            channels.orElseGet(() -> shape(first, "--channels").c()),
            size);
    if (vgg) {
      return spec;
    }
    // Whether a small stem pools leaves no trace in the weights: that stays as the size has it.
    Tensor stem = weights.tensors().get(first);
    if (stem != null && stem.shape().h() == 7) {
      spec = spec.withStem(Stem.IMAGE);
    } else if (stem != null && spec.stem() == Stem.IMAGE) {
      spec = spec.withStem(Stem.FACE);
    }
    Tensor squeeze = weights.tensors().get("layer1.0.gate.fc1.weight");
    if (squeeze != null) {
      int reduction = Math.max(1, squeeze.shape().c() / squeeze.shape().n());
      boolean norm = weights.tensors().containsKey("layer1.0.gate.bn.weight");
      spec = spec.withGate(reduction, norm);
    }
    return spec.withPreactivation(weights.tensors().containsKey("norm.weight"));
  }

  private Shape shape(String name, String flag) {
    Tensor tensor = weights.tensors().get(name);
    if (tensor == null) {
      String held =
          weights.tensors().isEmpty()
              ? "it is empty"
              : "it begins with " + Entries.printable(weights.tensors().firstEntry().getKey());
      throw new DrsnException(
          file + " has no " + name + " (" + held + "); name the right network, or give " + flag);
    }
    return tensor.shape();
  }
}
