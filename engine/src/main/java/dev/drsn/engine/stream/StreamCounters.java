package dev.drsn.engine.stream;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** What happened to a stream's frames; written by its threads, read by anybody. */
final class StreamCounters {

  final AtomicLong captured = new AtomicLong();
  final AtomicLong inferred = new AtomicLong();
  final AtomicLong faces = new AtomicLong();
  final Durations age = new Durations();
  final Durations detection = new Durations();
  volatile String decoder = "";
  private final Map<Drop, AtomicLong> drops = new EnumMap<>(Drop.class);

  StreamCounters() {
    for (Drop drop : Drop.values()) {
      drops.put(drop, new AtomicLong());
    }
  }

  /** A frame that was captured will have no result. */
  void drop(Drop why) {
    drops.get(why).incrementAndGet();
  }

  /** A damaged picture: captured and dropped. */
  void corrupt(long frames) {
    captured.addAndGet(frames);
    drops.get(Drop.CORRUPT).addAndGet(frames);
  }

  /** Frames without a result by reason. */
  Map<Drop, Long> drops() {
    Map<Drop, Long> counts = new EnumMap<>(Drop.class);
    drops.forEach((why, count) -> counts.put(why, count.get()));
    return counts;
  }
}
