package dev.drsn.bench.time;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.bench.contender.Answer;
import dev.drsn.bench.contender.Contender;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private final List<String> calls = new ArrayList<>();
  private long nanos;

  /** Takes a known time by the test's own clock and writes down that it ran. */
  private final class Timed implements Contender {
    private final String name;
    private final int milliseconds;
    private boolean closed;

    Timed(String name, int milliseconds) {
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
      nanos += milliseconds * 1_000_000L;
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
    Rounds rounds = new Rounds(effort, () -> nanos);
    List<Samples> samples = rounds.run(List.of(new Timed("a", 2), new Timed("b", 4)));
    List<String> turns = calls.subList(calls.size() - 4 * Rounds.LEAST, calls.size());
    assertThat(String.join("", turns)).isEqualTo("aabb".repeat(Rounds.LEAST));
    assertThat(samples.getFirst().count()).isEqualTo(Rounds.LEAST);
    assertThat(samples.getFirst().median()).isEqualTo(2);
    assertThat(samples.getLast().median()).isEqualTo(4);
  }

  @Test
  void keepsTheFastestFormAndClosesTheOthers() {
    Timed slow = new Timed("slow", 6);
    Timed fast = new Timed("fast", 1);
    Rounds rounds = new Rounds(new Effort(1, 0.01, 0, 0), () -> nanos);
    Contender best = rounds.fastest(List.of(slow, fast));
    assertThat(best).isSameAs(fast);
    assertThat(slow.closed).isTrue();
    assertThat(fast.closed).isFalse();
  }
}
