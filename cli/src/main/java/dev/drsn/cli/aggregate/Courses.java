package dev.drsn.cli.aggregate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Results by course in, one record a window out, when the window is closed: once a result of its
 * course was captured later than its end and the grace, or, where none comes any more, once the
 * clock is there. One record, because two that grow tell of the faces between them.
 */
final class Courses implements Processor<String, byte[], String, byte[]> {

  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Clocks of processes are not quite the same. */
  private static final long AHEAD = Duration.ofMinutes(1).toMillis();

  private final Aggregation.Settings settings;
  private final Tally tally;
  private final Map<String, Long> heard = new HashMap<>();
  private ProcessorContext<String, byte[]> context;
  private KeyValueStore<String, Course> store;
  private long began;

  Courses(Aggregation.Settings settings, Tally tally) {
    this.settings = settings;
    this.tally = tally;
  }

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    this.store = context.getStateStore(Aggregation.STORE);
    this.began = context.currentSystemTimeMs();
    context.schedule(LOOK, PunctuationType.WALL_CLOCK_TIME, this::look);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    Result result = Result.read(record.value());
    long now = context.currentSystemTimeMs();
    if (result.captured() > now + AHEAD) {
      tally.add(Verdict.AHEAD);
      return;
    }
    heard.put(record.key(), now);
    Course course = store.get(record.key());
    if (course == null) {
      course = Course.empty();
    }
    Verdict verdict = course.add(result, settings.width().toMillis());
    tally.add(verdict);
    if (verdict != Verdict.REPEATED) {
      store.put(record.key(), close(record.key(), course, result.captured()));
    }
  }

  private void look(long now) {
    long grace = settings.grace().toMillis();
    List<String> quiet = new ArrayList<>();
    try (KeyValueIterator<String, Course> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<String, Course> each = all.next();
        boolean silent = now - heard.getOrDefault(each.key, began) >= grace;
        if (silent && each.value.over(now - grace)) {
          quiet.add(each.key);
        }
      }
    }
    for (String name : quiet) {
      store.put(name, close(name, store.get(name), now));
    }
  }

  private Course close(String name, Course course, long time) {
    return course.close(
        time - settings.grace().toMillis(),
        (from, window) -> {
          byte[] value = window.published(name, from, settings.leastGroup());
          context.forward(new Record<>(name, value, from));
          tally.closed();
        });
  }
}
