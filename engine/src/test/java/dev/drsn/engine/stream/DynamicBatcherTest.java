package dev.drsn.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.stream.DynamicBatcher.Batch;
import dev.drsn.engine.stream.DynamicBatcher.Closed;
import org.junit.jupiter.api.Test;

class DynamicBatcherTest {
  private final VirtualTicker ticker = new VirtualTicker();
  private final DynamicBatcher<String> batcher = new DynamicBatcher<>(4, 10, ticker);

  @Test
  void aFullBatchDoesNotWait() {
    for (String item : new String[] {"a1", "a2", "a3"}) {
      batcher.add("a", item, 0);
      assertThat(batcher.poll()).isNull();
    }
    batcher.add("a", "a4", 0);
    batcher.add("a", "a5", 0);
    Batch<String> batch = batcher.poll();
    assertThat(batch.items()).containsExactly("a1", "a2", "a3", "a4");
    assertThat(batch.closed()).isEqualTo(Closed.FULL);
    assertThat(batch.waited()).isZero();
    assertThat(batcher.poll()).isNull();
  }

  @Test
  void theOldestWaitsForCompanyNoLongerThanItMust() {
    batcher.add("a", "a1", 0);
    ticker.advance(9);
    batcher.add("b", "b1", 0);
    assertThat(batcher.poll()).isNull();
    ticker.advance(1);
    Batch<String> batch = batcher.poll();
    assertThat(batch.items()).containsExactly("a1", "b1");
    assertThat(batch.closed()).isEqualTo(Closed.DELAY);
    assertThat(batch.waited()).isEqualTo(10);
  }

  @Test
  void whatIsCapturedFirstGoesFirstWhoeverAddsIt() {
    batcher.add("late", "l", 300);
    batcher.add("early", "e", 100);
    batcher.add("middle", "m", 200);
    ticker.advance(10);
    assertThat(batcher.poll().items()).containsExactly("e", "m", "l");
  }

  @Test
  void aStreamOfManyFacesDoesNotKeepTheOthersWaiting() {
    for (int i = 0; i < 9; i++) {
      batcher.add("crowd", "c" + i, 0);
    }
    batcher.add("a", "a0", 5);
    batcher.add("b", "b0", 6);
    assertThat(batcher.poll().items()).containsExactly("c0", "a0", "b0", "c1");
    assertThat(batcher.poll().items()).containsExactly("c2", "c3", "c4", "c5");
  }

  @Test
  void drainingGivesOutWhatIsThereAndThenEnds() throws InterruptedException {
    batcher.add("a", "a1", 0);
    batcher.drain();
    Batch<String> batch = batcher.take();
    assertThat(batch.items()).containsExactly("a1");
    assertThat(batch.closed()).isEqualTo(Closed.DRAIN);
    assertThat(batcher.take()).isNull();
  }

  @Test
  void withoutDelayEverythingGoesAtOnce() {
    DynamicBatcher<String> prompt = new DynamicBatcher<>(4, 0, ticker);
    prompt.add("a", "a1", 0);
    assertThat(prompt.poll().items()).containsExactly("a1");
  }
}
