package dev.drsn.engine.network;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Everything that decides a network's operations and parameter shapes: what a model file keeps
 * beside the weights.
 *
 * @param architecture which family
 * @param width channels of the first stage; 64 is the paper's, 8 the tests'
 * @param classes outputs
 * @param channels of the input image: 1 grey, 3 colour
 * @param size height and width of the input image in pixels
 * @param stem how a residual network begins; VGG16 has none and ignores it
 * @param preactivation Zhao's block (norm and ReLU in front of each convolution) instead of the
 *     paper's
 * @param reduction a gate's hidden width is its channels divided by this: 16 for squeeze-excite, 1
 *     for shrinkage
 * @param gateNorm batch normalisation inside shrinkage gates
 */
public record NetworkSpec(
    Architecture architecture,
    int width,
    int classes,
    int channels,
    int size,
    Stem stem,
    boolean preactivation,
    int reduction,
    boolean gateNorm) {

  /** The families, by the names that users give. */
  public enum Architecture {
    RESNET18("resnet18", Gate.NONE),
    SENET18("senet18", Gate.SQUEEZE_EXCITE),
    DRSN18_CS("drsn18-cs", Gate.SHRINK_SHARED),
    DRSN18_CW("drsn18-cw", Gate.SHRINK_CHANNEL_WISE),
    VGG16("vgg16", Gate.NONE);

    private final String label;
    private final Gate gate;

    Architecture(String label, Gate gate) {
      this.label = label;
      this.gate = gate;
    }

    /** As users and model files name it. */
    public String label() {
      return label;
    }

    /** What stands in its residual branches. */
    public Gate gate() {
      return gate;
    }

    /** The family of this label. */
    public static Architecture of(String label) {
      for (Architecture architecture : values()) {
        if (architecture.label.equals(label)) {
          return architecture;
        }
      }
      throw new DrsnException(
          "there is no network " + label + "; choose " + String.join(", ", labels()));
    }

    /** All labels. */
    public static List<String> labels() {
      return Arrays.stream(values()).map(Architecture::label).collect(Collectors.toList());
    }
  }

  public NetworkSpec {
    within("width", width, 1, 1024);
    within("classes", classes, 1, 100_000);
    within("channels", channels, 1, 3);
    if (channels == 2) {
      throw new DrsnException("channels 2: images have 1 (grey) or 3 (colour) channels");
    }
    within("size", size, 8, 4096);
    within("reduction", reduction, 1, 1024);
  }

  private static void within(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new DrsnException(
          what + " " + value + " is not within " + least + " to " + most + "; give another");
    }
  }

  /** The spec with the customary stem, block and gate of its family. */
  public static NetworkSpec of(
      Architecture architecture, int width, int classes, int channels, int size) {
    return new NetworkSpec(
        architecture,
        width,
        classes,
        channels,
        size,
        Stem.forSize(size),
        false,
        architecture.gate() == Gate.SQUEEZE_EXCITE ? 16 : 1,
        true);
  }

  /** The same with another stem. */
  public NetworkSpec withStem(Stem stem) {
    return new NetworkSpec(
        architecture, width, classes, channels, size, stem, preactivation, reduction, gateNorm);
  }

  /** The same with Zhao's block or without. */
  public NetworkSpec withPreactivation(boolean preactivation) {
    return new NetworkSpec(
        architecture, width, classes, channels, size, stem, preactivation, reduction, gateNorm);
  }

  /**
   * The same with another hidden width of gates, and with batch normalisation in them or without.
   */
  public NetworkSpec withGate(int reduction, boolean gateNorm) {
    return new NetworkSpec(
        architecture, width, classes, channels, size, stem, preactivation, reduction, gateNorm);
  }

  /** The same for another number of classes. */
  public NetworkSpec withClasses(int classes) {
    return new NetworkSpec(
        architecture, width, classes, channels, size, stem, preactivation, reduction, gateNorm);
  }

  /** The input of one sample: {@code [1, channels, size, size]}. */
  public Shape input() {
    return Shape.of(1, channels, size, size);
  }

  /** The network. */
  public Network build() {
    return architecture == Architecture.VGG16 ? Vgg16.build(this) : ResNet.build(this);
  }
}
