package dev.drsn.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RtspTest {
  private static final long PATIENCE = 60_000_000_000L;
  private static final int PICTURES = 100;

  private static FrameSource open(RtspServer camera, String user, Deadline deadline) {
    String url = "rtsp://" + user + "@127.0.0.1:" + camera.port() + "/live";
    return new Sources(1, PATIENCE).open(StreamSpec.of("c", url), deadline);
  }

  /** 16 to 235 are black to white in a video. */
  private static double grey(int number) {
    return (40 + number - 16) * 255.0 / 219;
  }

  @Test
  void aCameraIsAskedForItsPicturesAndGivesThemInOrder() throws IOException {
    try (RtspServer camera = new RtspServer("me", "pass", PICTURES);
        Deadline deadline = new Deadline()) {
      List<Double> seen = new ArrayList<>();
      try (FrameSource source = open(camera, "me:pass", deadline)) {
        double last = 0;
        while (last < grey(PICTURES - 2) - 1) {
          FrameSource.Shot shot = source.read();
          Image image = shot.image();
          assertThat(image.width()).isEqualTo(RtspServer.WIDTH);
          assertThat(image.height()).isEqualTo(RtspServer.HEIGHT);
          last = image.pixels()[5] & 0xFF;
          assertThat((double) (image.pixels()[image.pixels().length - 1] & 0xFF)).isEqualTo(last);
          seen.add(last);
        }
        assertThat(source.corrupt()).isZero();
        assertThat(source.decoder()).isEqualTo("software");
      }
      // Those by which the stream was understood are old by then.
      assertThat(seen).hasSizeGreaterThan(10).isSorted();
      double step = (seen.getLast() - seen.getFirst()) / (seen.size() - 1);
      assertThat(step).as("none is left out").isCloseTo(255.0 / 219, within(0.05));
      assertThat(camera.methods())
          .containsSubsequence("OPTIONS", "DESCRIBE", "DESCRIBE", "SETUP", "PLAY");
    }
  }

  @Test
  void aWrongPasswordIsRefusedAndNotRepeated() throws IOException {
    try (RtspServer camera = new RtspServer("me", "pass", 1);
        Deadline deadline = new Deadline()) {
      assertThatThrownBy(() -> open(camera, "me:wrong-one", deadline))
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("401")
          .message()
          .doesNotContain("wrong-one");
    }
  }
}
