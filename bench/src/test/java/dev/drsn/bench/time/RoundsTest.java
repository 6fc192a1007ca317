package dev.drsn.bench.time;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.bench.contender.Answer;
import dev.drsn.bench.contender.Contender;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private final List<String> calls = new ArrayList<>();

  /** Takes a known time and writes down that it ran. */
  private final class Sleeper implements Contender {
    private final String name;
    private final int milliseconds;
    private boolean closed;

    Sleeper(String name, int milliseconds) {
      this.name = name;
      this.milliseconds = milliseconds;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String form() {
      return name;
    }

    @Override
    public void run() {
      calls.add(name);
      long end = System.nanoTime() + milliseconds * 1_000_000L;
      while (System.nanoTime() < end) {
        LockSupport.parkNanos(100_000);
      }
    }

    @Override
    public List<Answer> answers() {
      return List.of();
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void contendersTakeTurnsAndTheFirstRunOfATurnDoesNotCount() {
    Effort effort = new Effort(1, 0.001, 0, 0);
    List<Samples> samples = Rounds.run(List.of(new Sleeper("a", 2), new Sleeper("b", 4)), effort);
    List<String> turns = calls.subList(calls.size() - 4 * Rounds.LEAST, calls.size());
    assertThat(String.join("", turns)).isEqualTo("aabb".repeat(Rounds.LEAST));
    assertThat(samples.getFirst().count()).isEqualTo(Rounds.LEAST);
    assertThat(samples.getFirst().median()).isBetween(2.0, 4.0);
    assertThat(samples.getLast().median()).isBetween(4.0, 8.0);
  }

  @Test
  void keepsTheFastestFormAndClosesTheOthers() {
    Sleeper slow = new Sleeper("slow", 6);
    Sleeper fast = new Sleeper("fast", 1);
    Contender best = Rounds.fastest(List.of(slow, fast), new Effort(1, 0.01, 0, 0));
    assertThat(best).isSameAs(fast);
    assertThat(slow.closed).isTrue();
    assertThat(fast.closed).isFalse();
  }
}
