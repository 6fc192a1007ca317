package dev.drsn.cli.kafka;

import static org.assertj.core.api.Assertions.fail;

import dev.drsn.engine.stream.StreamResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/** Results without faces, and waiting for what happens to them. */
final class Results {

  private Results() {}

  /** Those of a stream from one number up to another, which is not among them. */
  static List<StreamResult> of(String stream, long from, long to) {
    return LongStream.range(from, to)
        .mapToObj(i -> new StreamResult(stream, "", 1, i, Instant.EPOCH, 1, 8, 8, List.of(), null))
        .toList();
  }

  static void await(String what, BooleanSupplier happened) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (!happened.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        fail("did not happen: " + what);
      }
      Thread.sleep(5);
    }
  }
}
