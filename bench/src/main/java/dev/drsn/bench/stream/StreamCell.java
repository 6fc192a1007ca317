package dev.drsn.bench.stream;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cameras to be measured.
 *
 * @param what {@link #CAMERAS} or {@link #CROPS}
 * @param cameras how many
 * @param fps frames a second of each
 * @param faces 1 to 4 in each frame; 0 has cameras of one, two, three and four faces take turns
 * @param batch the most faces a run of the network
 * @param seconds that are measured
 */
public record StreamCell(String what, int cameras, int fps, int faces, int batch, int seconds) {

  /** Drawn frames of 640 x 480, in which faces are searched. */
  public static final String CAMERAS = "cameras";

  /** Frames that are faces of 48 x 48, as if cut out already. */
  public static final String CROPS = "crops";

  /** The fields that tell this cell from others in results. */
  public ObjectNode key() {
    return new JsonMapper().valueToTree(this);
  }

  /** Whether faces are ready and need not be searched. */
  boolean ready() {
    return what.equals(CROPS);
  }

  /** The same with another number of cameras. */
  public StreamCell with(int cameras) {
    return new StreamCell(what, cameras, fps, faces, batch, seconds);
  }
}
