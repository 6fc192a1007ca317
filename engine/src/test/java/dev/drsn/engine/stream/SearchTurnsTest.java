package dev.drsn.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SearchTurnsTest {

  private static final int TURNS = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);

  @Test
  void aLiveFrameGoesWithoutATurnAndAFileWaitsForOne() throws InterruptedException {
    SearchTurns turns = new SearchTurns(Duration.ofMillis(1));
    for (int i = 0; i < TURNS; i++) {
      assertThat(turns.take(false)).isTrue();
    }
    assertThat(turns.take(false)).isFalse();
    CountDownLatch had = new CountDownLatch(1);
    Thread file =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    turns.take(true);
                    had.countDown();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    assertThat(had.await(20, TimeUnit.MILLISECONDS)).isFalse();
    turns.give();
    assertThat(had.await(60, TimeUnit.SECONDS)).isTrue();
    file.join();
    assertThat(turns.take(false)).isFalse();
  }
}
