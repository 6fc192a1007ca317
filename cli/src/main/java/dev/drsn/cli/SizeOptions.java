package dev.drsn.cli;

import dev.drsn.engine.network.NetworkSpec;
import java.util.List;
import picocli.CommandLine.Option;

/** How large a network and its images are: options of commands that make one without data. */
final class SizeOptions {

  @Option(
      names = "--width",
      paramLabel = "N",
      defaultValue = "64",
      description = "Channels of the first stage; default: ${DEFAULT-VALUE}.")
  private int width;

  @Option(
      names = "--classes",
      paramLabel = "N",
      defaultValue = "6",
      description = "Outputs; default: ${DEFAULT-VALUE}.")
  private int classes;

  @Option(
      names = "--channels",
      paramLabel = "N",
      defaultValue = "1",
      description = "1 grey, 3 colour; default: ${DEFAULT-VALUE}.")
  private int channels;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      defaultValue = "48",
      description = "Height and width of the input; default: ${DEFAULT-VALUE}.")
  private int size;

  /**
   * A network of this size.
   *
   * @param labels names of its classes; null for as many as {@code --classes} says
   */
  NetworkSpec spec(NetworkOptions network, List<String> labels) {
    return network.spec(width, labels == null ? classes : labels.size(), channels, size);
  }
}
