package dev.drsn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether something allocates nothing on its caller's thread. Until the JIT has compiled kernels,
 * vectors are objects; so it runs until a round allocates nothing, for a while at most.
 */
public final class Allocation {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ROUND = 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /** Fails unless there is none. */
  public static void none(Runnable run) {
    Instant end = Instant.now().plus(PATIENCE);
    long allocated = bytes(run);
    while (allocated > 0 && Instant.now().isBefore(end)) {
      allocated = bytes(run);
    }
    assertThat(allocated).as("bytes in %d runs", ROUND).isZero();
  }

  private static long bytes(Runnable run) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < ROUND; i++) {
      run.run();
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
