package dev.drsn.bench.soak;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is to be gone through.
 *
 * @param what {@link #SOAK}
 * @param cameras how many there are on average
 * @param fps frames a second of each
 * @param seconds altogether
 * @param seed of all that happens
 */
public record SoakCell(String what, int cameras, int fps, int seconds, long seed) {

  /** The kind, in results. */
  public static final String SOAK = "soak";

  private static final int CAMERAS = 8;
  private static final int FPS = 4;

  /** As the command does it. */
  public static SoakCell of(double minutes) {
    return new SoakCell(SOAK, CAMERAS, FPS, (int) Math.round(60 * minutes), 1);
  }

  /** The fields that tell this cell from others in results. */
  public ObjectNode key() {
    return new JsonMapper().valueToTree(this);
  }
}
