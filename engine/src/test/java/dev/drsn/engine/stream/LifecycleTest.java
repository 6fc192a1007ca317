package dev.drsn.engine.stream;

import static dev.drsn.engine.stream.StreamState.BACKOFF;
import static dev.drsn.engine.stream.StreamState.CONNECTING;
import static dev.drsn.engine.stream.StreamState.ENDED;
import static dev.drsn.engine.stream.StreamState.LIVE;
import static dev.drsn.engine.stream.StreamState.STALLED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LifecycleTest {
  private static final long SECOND = 1_000_000_000L;
  private final Backoff backoff = new Backoff(SECOND, 8 * SECOND, new SplittableRandom(1));
  private final Lifecycle camera = new Lifecycle(backoff, true, 2 * SECOND, 10 * SECOND);

  @Test
  void aCameraThatFailsComesBack() {
    assertThat(camera.state(0)).isEqualTo(CONNECTING);
    camera.frame(SECOND);
    assertThat(camera.state(SECOND)).isEqualTo(LIVE);
    assertThat(camera.failed(2 * SECOND, "gone")).isBetween(SECOND / 2, SECOND);
    assertThat(camera.state(2 * SECOND)).isEqualTo(BACKOFF);
    assertThat(camera.reason()).isEqualTo("gone");
    camera.reconnecting();
    assertThat(camera.state(3 * SECOND)).isEqualTo(CONNECTING);
    assertThat(camera.reason()).isEqualTo("gone");
    camera.frame(4 * SECOND);
    assertThat(camera.state(4 * SECOND)).isEqualTo(LIVE);
    assertThat(camera.reason()).isEmpty();
    assertThat(camera.reconnections()).isEqualTo(1);
    assertThat(camera.endedByFailure()).isFalse();
  }

  @Test
  void silenceIsAStallWithoutAnybodyReportingIt() {
    camera.frame(0);
    assertThat(camera.state(2 * SECOND)).isEqualTo(LIVE);
    assertThat(camera.state(2 * SECOND + 1)).isEqualTo(STALLED);
    camera.frame(5 * SECOND);
    assertThat(camera.state(5 * SECOND)).isEqualTo(LIVE);
  }

  @Test
  void waitsGrowUntilTheCameraHasBeenThereForAWhile() {
    long[] least = {SECOND / 2, SECOND, 2 * SECOND, 4 * SECOND, 4 * SECOND, 4 * SECOND};
    for (long each : least) {
      assertThat(camera.failed(0, "no")).isBetween(each, 2 * each);
      camera.reconnecting();
    }
    camera.frame(0);
    assertThat(camera.failed(9 * SECOND, "short")).isGreaterThanOrEqualTo(4 * SECOND);
    camera.reconnecting();
    camera.frame(20 * SECOND);
    assertThat(camera.failed(31 * SECOND, "long")).isLessThanOrEqualTo(SECOND);
  }

  @Test
  void waitsDifferAndNeverOverflow() {
    Backoff wide = new Backoff(1, Long.MAX_VALUE / 2, new SplittableRandom(2));
    for (int n = 1; n < 200; n++) {
      assertThat(wide.delay(n)).isNotNegative();
    }
    assertThat(backoff.delay(1)).isNotEqualTo(backoff.delay(1));
  }

  @Test
  void aFileThatFailsIsOver() {
    Lifecycle file = new Lifecycle(backoff, false, SECOND, SECOND);
    file.frame(0);
    assertThat(file.failed(1, "truncated")).isEqualTo(-1);
    assertThat(file.state(1)).isEqualTo(ENDED);
    assertThat(file.endedByFailure()).isTrue();
    assertThat(file.reason()).isEqualTo("truncated");
  }

  @Test
  void aFileAtItsEndHasNotFailed() {
    Lifecycle file = new Lifecycle(backoff, false, SECOND, SECOND);
    file.frame(0);
    file.ended();
    assertThat(file.state(100 * SECOND)).isEqualTo(ENDED);
    assertThat(file.endedByFailure()).isFalse();
  }
}
