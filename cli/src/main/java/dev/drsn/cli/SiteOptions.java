package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What is shown to whom: options of every command that serves pages. */
final class SiteOptions {

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Its first line is the bearer token that clients must send.")
  private Path tokenFile;

  @Option(
      names = "--show-frames",
      description = "Show a small picture of each stream on the dashboard. It shows persons.")
  private boolean frames;

  @Option(
      names = "--min-group",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Show no classes on the dashboard while fewer faces are in view; default:"
              + " ${DEFAULT-VALUE}.")
  private int leastGroup;

  boolean frames() {
    return frames;
  }

  boolean hasToken() {
    return tokenFile != null;
  }

  int leastGroup() {
    if (leastGroup < 2) {
      throw new DrsnException("--min-group is 2 or more, not " + leastGroup);
    }
    return leastGroup;
  }

  /** The token, or null where none is asked for. */
  String token() {
    if (tokenFile == null) {
      return null;
    }
    try {
      return Files.readString(tokenFile).lines().findFirst().orElse("").strip();
    } catch (IOException e) {
      throw new DrsnException("the token file " + tokenFile + " cannot be read", e);
    }
  }
}
