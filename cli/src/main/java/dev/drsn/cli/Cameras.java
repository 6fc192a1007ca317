package dev.drsn.cli;

import dev.drsn.engine.stream.Address;
import dev.drsn.engine.stream.FrameSource;
import dev.drsn.engine.stream.Sources;
import dev.drsn.engine.stream.StreamSpec;
import dev.drsn.engine.stream.Ticker;
import java.util.List;

/** Opens the sources of streams: files, cameras, and cameras that are drawn. */
final class Cameras {

  private Cameras() {}

  /**
   * What opens them.
   *
   * @param first those that are opened at once: what is drawn is drawn before that
   * @param grey whether grey frames will do
   * @param silence seconds after which a camera that says nothing is given up
   */
  static FrameSource.Opener opener(
      List<StreamSpec> first, boolean grey, int silence, Ticker ticker) {
    Sources files = new Sources(grey ? 1 : 3, silence * 1_000_000_000L);
    SyntheticCameras drawn = new SyntheticCameras();
    first.stream().filter(Cameras::isDrawn).forEach(spec -> drawn.prepare(spec.url()));
    return (spec, deadline) ->
        isDrawn(spec) ? drawn.open(spec.url(), ticker) : files.open(spec, deadline);
  }

  private static boolean isDrawn(StreamSpec spec) {
    return Address.of(spec.url()).kind() == Address.Kind.SYNTHETIC;
  }
}
