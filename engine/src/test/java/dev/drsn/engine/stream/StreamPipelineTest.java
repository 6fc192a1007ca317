package dev.drsn.engine.stream;

import static dev.drsn.engine.stream.Streams.OPTIONS;
import static dev.drsn.engine.stream.Streams.await;
import static dev.drsn.engine.stream.Streams.pipeline;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.Streams.GreyRunner;
import dev.drsn.engine.stream.Streams.Memory;
import dev.drsn.engine.stream.Streams.SilentSource;
import dev.drsn.engine.stream.Streams.Source;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StreamPipelineTest {
  private final Memory memory = new Memory();

  private static List<Long> sequences(List<StreamResult> results) {
    return results.stream().map(StreamResult::sequence).toList();
  }

  /** Each result is that of its own frame, in order. */
  private void hasAll(String stream, int frames) {
    List<StreamResult> results = memory.of(stream);
    assertThat(sequences(results)).isEqualTo(LongStream.range(0, frames).boxed().toList());
    for (StreamResult each : results) {
      assertThat(each.faces()).hasSize(1);
      assertThat(Streams.number(each.faces().getFirst())).isEqualTo((int) (each.sequence() % 256));
      assertThat(each.width()).isEqualTo(8 + (int) (each.sequence() % 3));
      assertThat(each.ageNanos()).isNotNegative();
    }
  }

  @Test
  void filesGiveAResultAFrameInOrderHoweverTheyAreBatched() throws InterruptedException {
    FrameSource.Opener opener = (_, _) -> new Source(300);
    try (StreamPipeline pipeline =
        pipeline(OPTIONS, opener, new GreyRunner(), Ticker.system(), memory)) {
      for (int i = 0; i < 6; i++) {
        pipeline.add(StreamSpec.of("s" + i, "file" + i + ".mp4"));
      }
      await("all files end", pipeline::ended);
      for (StreamSnapshot stream : pipeline.streams()) {
        assertThat(stream.state()).isEqualTo(StreamState.ENDED);
        assertThat(stream.failed()).isFalse();
        assertThat(stream.captured()).isEqualTo(300);
        assertThat(stream.inferred()).isEqualTo(300);
        assertThat(stream.dropped()).isZero();
        assertThat(stream.age().count()).isEqualTo(300);
      }
      BatchSnapshot batches = pipeline.batches();
      long faces =
          IntStream.range(0, batches.sizes().size())
              .mapToLong(n -> n * batches.sizes().get(n))
              .sum();
      assertThat(faces).isEqualTo(1800);
      assertThat(batches.closed().values().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(batches.batches());
    }
    for (int i = 0; i < 6; i++) {
      hasAll("s" + i, 300);
    }
  }

  @Test
  void aSilentCameraDisturbsNobodyAndDoesNotKeepTheProgram() throws InterruptedException {
    FrameSource.Opener opener =
        (spec, _) -> spec.id().equals("silent") ? new SilentSource() : new Source(50);
    try (StreamPipeline pipeline =
        pipeline(OPTIONS, opener, new GreyRunner(), Ticker.system(), memory)) {
      pipeline.add(StreamSpec.of("silent", "rtsp://camera/1"));
      pipeline.add(StreamSpec.of("file", "a.mp4"));
      await("the file ends", () -> memory.of("file").size() == 50);
      assertThat(pipeline.streams().getFirst().state()).isEqualTo(StreamState.CONNECTING);
      assertThat(pipeline.ended()).isFalse();
    }
    hasAll("file", 50);
  }

  @Test
  void aCameraThatFailsIsOpenedAgainAndItsNumbersGoOn() throws InterruptedException {
    AtomicInteger opened = new AtomicInteger();
    FrameSource.Opener opener =
        (_, _) -> {
          if (opened.incrementAndGet() % 2 == 1) {
            throw new DrsnException("refused");
          }
          return new Source(3);
        };
    try (StreamPipeline pipeline =
        pipeline(OPTIONS, opener, new GreyRunner(), new VirtualTicker(), memory)) {
      pipeline.add(
          new StreamSpec("c", "rtsp://me:secret@camera/1", null, 0, StreamSpec.Policy.WAIT, ""));
      await("nine results", () -> memory.of("c").size() >= 9);
      assertThat(pipeline.remove("c")).isTrue();
      assertThat(pipeline.remove("c")).isFalse();
    }
    List<Long> sequences = sequences(memory.of("c"));
    assertThat(sequences).isEqualTo(LongStream.range(0, sequences.size()).boxed().toList());
  }

  @Test
  void eachRunOfAStreamHasAHigherEpochThoughTheClockStandsStill() throws InterruptedException {
    try (StreamPipeline pipeline =
        pipeline(OPTIONS, (_, _) -> new Source(3), new GreyRunner(), new VirtualTicker(), memory)) {
      for (int run = 0; run < 2; run++) {
        pipeline.add(StreamSpec.of("a", "a.mp4"));
        await("it ends", pipeline::ended);
        pipeline.remove("a");
      }
    }
    List<Long> epochs = memory.of("a").stream().map(StreamResult::epoch).toList();
    assertThat(epochs).hasSize(6).isSorted();
    assertThat(epochs.get(2)).isEqualTo(epochs.get(0)).isLessThan(epochs.get(3));
  }

  @Test
  void aFileThatCannotBeReadEndsWithItsReason() throws InterruptedException {
    FrameSource.Opener opener =
        (_, _) ->
            new Source(10) {
              @Override
              void before(int frame) {
                if (frame == 4) {
                  throw new DrsnException("a.mp4 cannot be read on: broken");
                }
              }
            };
    try (StreamPipeline pipeline =
        pipeline(OPTIONS, opener, new GreyRunner(), Ticker.system(), memory)) {
      pipeline.add(StreamSpec.of("a", "a.mp4"));
      await("it ends", pipeline::ended);
      StreamSnapshot stream = pipeline.streams().getFirst();
      assertThat(stream.failed()).isTrue();
      assertThat(stream.reason()).isEqualTo("a.mp4 cannot be read on: broken");
      assertThat(stream.inferred()).isEqualTo(4);
    }
  }

  @Test
  void aLiveStreamKeepsTheNewestAndCountsTheRest() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch read = new CountDownLatch(1);
    GreyRunner slow =
        new GreyRunner() {
          @Override
          public void run(float[] inputs, int n, float[] probabilities) {
            try {
              busy.countDown();
              read.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            super.run(inputs, n, probabilities);
          }
        };
    FrameSource.Opener opener =
        (_, _) ->
            new Source(200) {
              @Override
              void before(int frame) throws InterruptedException {
                if (frame == 1) {
                  busy.await();
                }
              }
            };
    try (StreamPipeline pipeline = pipeline(OPTIONS, opener, slow, new VirtualTicker(), memory)) {
      pipeline.add(new StreamSpec("live", "a.mp4", null, 0, StreamSpec.Policy.NEWEST, ""));
      await("all is read", () -> pipeline.streams().getFirst().captured() == 200);
      read.countDown();
      await("it ends", pipeline::ended);
      StreamSnapshot stream = pipeline.streams().getFirst();
      assertThat(stream.inferred() + stream.drops().get(Drop.SUPERSEDED)).isEqualTo(200);
      assertThat(stream.drops().get(Drop.SUPERSEDED)).isGreaterThan(190);
    }
    List<Long> sequences = sequences(memory.of("live"));
    assertThat(sequences).isSorted().doesNotHaveDuplicates().startsWith(0L).endsWith(199L);
  }

  @Test
  void aSinkThatMustKeepEverythingMakesFilesWaitAndLosesNothing() throws InterruptedException {
    CountDownLatch away = new CountDownLatch(1);
    Memory stuck =
        new Memory() {
          @Override
          public void write(List<StreamResult> some) throws IOException {
            try {
              away.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            super.write(some);
          }
        };
    Memory careless =
        new Memory() {
          @Override
          public boolean mustKeep() {
            return false;
          }
        };
    AtomicInteger read = new AtomicInteger();
    FrameSource.Opener opener =
        (_, _) ->
            new Source(500) {
              @Override
              void before(int frame) {
                read.set(frame);
              }
            };
    PipelineOptions options = OPTIONS.withSinkCapacity(10);
    try (StreamPipeline pipeline =
        pipeline(options, opener, new GreyRunner(), Ticker.system(), stuck, careless)) {
      pipeline.add(StreamSpec.of("a", "a.mp4"));
      await("the queue is full", () -> pipeline.sinks().getFirst().waiting() >= 10);
      Thread.sleep(50);
      // What is on its way: the sink's batch, its queue, frames in flight, in the box, in hand.
      assertThat(read.get()).isLessThan(64 + 10 + 2 + 2 + 2);
      away.countDown();
      await("it ends", pipeline::ended);
    }
    assertThat(sequences(stuck.of("a"))).isEqualTo(LongStream.range(0, 500).boxed().toList());
  }

  @Test
  void aRunThatFailsCostsItsFramesOnly() throws InterruptedException {
    AtomicInteger runs = new AtomicInteger();
    GreyRunner moody =
        new GreyRunner() {
          @Override
          public void run(float[] inputs, int n, float[] probabilities) {
            if (runs.incrementAndGet() == 3) {
              throw new IllegalStateException("out of breath");
            }
            super.run(inputs, n, probabilities);
          }
        };
    FrameSource.Opener opener = (_, _) -> new Source(40);
    try (StreamPipeline pipeline = pipeline(OPTIONS, opener, moody, Ticker.system(), memory)) {
      pipeline.add(StreamSpec.of("a", "a.mp4"));
      await("it ends", pipeline::ended);
      StreamSnapshot stream = pipeline.streams().getFirst();
      assertThat(stream.drops().get(Drop.FAILED)).isBetween(1L, 2L);
      assertThat(stream.inferred()).isEqualTo(40 - stream.drops().get(Drop.FAILED));
      assertThat(pipeline.batches().failure()).isEqualTo("out of breath");
    }
    assertThat(sequences(memory.of("a"))).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aWallClockThatJumpsDoesNotShowInCaptureTimesOrAges() throws InterruptedException {
    VirtualTicker ticker = new VirtualTicker();
    FrameSource.Opener opener =
        (_, _) ->
            new Source(20) {
              @Override
              void before(int frame) {
                ticker.advance(40_000_000);
                if (frame == 10) {
                  ticker.setWall(Instant.parse("2020-01-01T00:00:00Z"));
                }
              }
            };
    try (StreamPipeline pipeline = pipeline(OPTIONS, opener, new GreyRunner(), ticker, memory)) {
      pipeline.add(new StreamSpec("c", "synthetic:", null, 0, StreamSpec.Policy.WAIT, ""));
      await("it ends", pipeline::ended);
    }
    List<StreamResult> results = memory.of("c");
    assertThat(results).hasSize(20);
    assertThat(results.stream().map(StreamResult::captured)).isSorted();
    assertThat(results.getLast().captured()).isAfter("2026-01-05T09:00:00.500Z");
    assertThat(results).allMatch(each -> each.ageNanos() >= 0);
  }

  @Test
  void aRegionIsLookedAtAloneAndItsBoxesAreThoseOfTheFrame() throws InterruptedException {
    FrameSource.Opener opener = (_, _) -> new Source(3);
    var roi = new dev.drsn.engine.image.Box(2, 1, 5, 4);
    var outside = new dev.drsn.engine.image.Box(50, 1, 5, 4);
    try (StreamPipeline pipeline =
        pipeline(OPTIONS, opener, new GreyRunner(), Ticker.system(), memory)) {
      pipeline.add(new StreamSpec("in", "a.mp4", roi, 0, StreamSpec.Policy.AUTO, ""));
      pipeline.add(new StreamSpec("out", "a.mp4", outside, 0, StreamSpec.Policy.AUTO, ""));
      await("they end", pipeline::ended);
      StreamSnapshot failed = pipeline.streams().getLast();
      assertThat(failed.drops().get(Drop.FAILED)).isEqualTo(3);
      assertThat(failed.reason()).contains("stream out", "outside of its frames");
    }
    assertThat(memory.of("in")).hasSize(3);
    assertThat(memory.of("in").getFirst().faces().getFirst().prediction().face().box())
        .isEqualTo(roi);
  }

  @Test
  void namesMustDiffer() {
    try (StreamPipeline pipeline =
        pipeline(OPTIONS, (_, _) -> new Source(1), new GreyRunner(), Ticker.system(), memory)) {
      pipeline.add(StreamSpec.of("a", "a.mp4"));
      assertThatThrownBy(() -> pipeline.add(StreamSpec.of("a", "b.mp4")))
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("two streams a");
    }
  }
}
