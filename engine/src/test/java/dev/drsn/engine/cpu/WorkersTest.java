package dev.drsn.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void everyItemRunsOnce(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int items : new int[] {0, 1, 2, 3, 6, 7, 8, 1000}) {
        AtomicIntegerArray runs = new AtomicIntegerArray(items);
        workers.run((item, thread) -> runs.incrementAndGet(item), items);
        for (int i = 0; i < items; i++) {
          assertThat(runs.get(i)).as("item %d of %d", i, items).isOne();
        }
      }
    }
  }

  @Test
  void eachThreadHasItsOwnNumberAndAlwaysTheSameShare() {
    try (Workers workers = new Workers(3)) {
      int[] first = owners(workers);
      assertThat(Arrays.stream(first).distinct()).containsExactly(0, 1, 2);
      for (int i = 0; i < 100; i++) {
        assertThat(owners(workers)).isEqualTo(first);
      }
    }
  }

  private static int[] owners(Workers workers) {
    int[] owners = new int[30];
    workers.run((item, thread) -> owners[item] = thread, owners.length);
    return owners;
  }

  @Test
  void whatAnItemThrowsReachesTheCallerAndThePoolGoesOn() {
    try (Workers workers = new Workers(3)) {
      for (int failing : new int[] {0, 5, 8}) {
        assertThatThrownBy(() -> workers.run((item, thread) -> fail(item, failing), 9))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("item " + failing);
        assertThat(sum(workers, 100)).isEqualTo(4950);
      }
    }
  }

  private static void fail(int item, int failing) {
    if (item == failing) {
      throw new IllegalStateException("item " + item);
    }
  }

  private static long sum(Workers workers, int items) {
    long[] values = new long[items];
    workers.run((item, thread) -> values[item] = item, items);
    return Arrays.stream(values).sum();
  }

  @Test
  void anItemMayRunATaskOfItsOwn() {
    try (Workers workers = new Workers(2)) {
      long[] sums = new long[4];
      workers.run((item, thread) -> sums[item] = sum(workers, 10 * (item + 1)), sums.length);
      assertThat(sums).containsExactly(45, 190, 435, 780);
    }
  }

  @Test
  void severalCallersAtOnceEachGetTheirOwnResults() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      long[] wrong = new long[4];
      Thread[] callers = new Thread[wrong.length];
      for (int c = 0; c < callers.length; c++) {
        int caller = c;
        int items = 50 + 10 * c;
        callers[c] =
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < 2000; i++) {
                        if (sum(workers, items) != items * (items - 1L) / 2) {
                          wrong[caller]++;
                        }
                      }
                    });
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(wrong).containsOnly(0);
    }
  }

  @Test
  void idleThreadsUseNoProcessorTime() throws InterruptedException {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (Workers workers = new Workers(3)) {
      Set<Thread> ours = new HashSet<>(Thread.getAllStackTraces().keySet());
      ours.removeAll(before);
      ours.removeIf(thread -> !thread.getName().startsWith("drsn-cpu-"));
      assertThat(ours).hasSize(2);
      for (int i = 0; i < 100; i++) {
        assertThat(sum(workers, 100)).isEqualTo(4950);
      }
      // They spin in vain for a while before they park; on a busy machine that takes its time.
      long used = Long.MAX_VALUE;
      for (int i = 0; i < 50 && used > 1_000_000; i++) {
        long start = processorTime(ours);
        Thread.sleep(200);
        used = processorTime(ours) - start;
      }
      assertThat(used).as("nanoseconds of 200 ms").isLessThan(1_000_000);
      assertThat(sum(workers, 100)).isEqualTo(4950);
    }
  }

  private static long processorTime(Set<Thread> threads) {
    ThreadMXBean bean = ManagementFactory.getThreadMXBean();
    return threads.stream().mapToLong(thread -> bean.getThreadCpuTime(thread.threadId())).sum();
  }

  @Test
  void closingEndsTheThreads() throws InterruptedException {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Workers workers = new Workers(3);
    Set<Thread> ours = new HashSet<>(Thread.getAllStackTraces().keySet());
    ours.removeAll(before);
    ours.removeIf(thread -> !thread.getName().startsWith("drsn-cpu-"));
    workers.close();
    for (Thread thread : ours) {
      thread.join(10_000);
      assertThat(thread.isAlive()).isFalse();
    }
    assertThatThrownBy(() -> workers.run((item, thread) -> {}, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the backend is closed");
  }
}
