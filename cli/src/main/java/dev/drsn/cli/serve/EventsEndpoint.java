package dev.drsn.cli.serve;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What goes on, as server-sent events: {@code hello} with what has been, then {@code sample} once a
 * second. Nothing is queued for anybody: a client that reads slowly misses samples, one that reads
 * nothing is cut off when the server's time for an answer is over. Every client has to come back
 * after a while, and there is room for some only.
 */
public final class EventsEndpoint implements Endpoint {

  static final String PATH = StreamsEndpoint.V1 + "events";
  static final int MOST_CLIENTS = 32;

  private static final long STAY = TimeUnit.SECONDS.toNanos(WebServer.MOST_SECONDS - 10);
  private static final long SECOND = 1000;

  private final LiveView view;
  private final Feed feed;
  private final String title;
  private final boolean frames;
  private final Set<Thread> clients = ConcurrentHashMap.newKeySet();
  private final Thread sampler;
  private volatile boolean ended;

  /**
   * Begins to take samples.
   *
   * @param title what is run, and on what
   * @param frames whether the newest frame of a stream may be asked for
   * @param log gets a line if that fails
   */
  public EventsEndpoint(
      LiveView view, Feed feed, String title, boolean frames, Consumer<String> log) {
    this.view = view;
    this.feed = feed;
    this.title = title;
    this.frames = frames;
    this.sampler = Thread.ofVirtual().name("drsn-samples").start(() -> sample(view, feed, log));
  }

  private static void sample(LiveView view, Feed feed, Consumer<String> log) {
    try {
      long due = System.nanoTime();
      while (true) {
        view.sample(feed);
        due += TimeUnit.SECONDS.toNanos(1);
        TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.accept("the dashboard stands still: " + e);
    }
  }

  @Override
  public boolean serves(String path) {
    return path.equals(PATH);
  }

  @Override
  public Answer answer(Request request) {
    request.readOnly();
    if (clients.size() >= MOST_CLIENTS || ended) {
      throw new HttpError(503, "too many look already; come back");
    }
    return Answer.written("text/event-stream", this::write);
  }

  private void write(OutputStream out) throws IOException {
    Thread self = Thread.currentThread();
    clients.add(self);
    try {
      // Those that came together may all have found room.
      if (clients.size() <= MOST_CLIENTS) {
        follow(out);
      }
    } catch (InterruptedException e) {
      self.interrupt();
    } finally {
      clients.remove(self);
    }
  }

  private void follow(OutputStream out) throws IOException, InterruptedException {
    long end = System.nanoTime() + STAY;
    List<LiveView.Sample> past = view.samples();
    send(out, "hello", hello(past));
    long next = 0;
    while (!ended && System.nanoTime() - end < 0) {
      LiveView.Sample sample = view.await(next, SECOND);
      if (sample != null) {
        next = sample.number() + 1;
        send(out, "sample", json(sample));
      }
    }
  }

  private static void send(OutputStream out, String event, ObjectNode json) throws IOException {
    String text = "event: " + event + "\ndata: " + json + "\n\n";
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private ObjectNode hello(List<LiveView.Sample> past) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("title", title)
            .put("least_group", view.leastGroup())
            .put("watches", feed.watches())
            .put("frames", frames)
            .put("samples", LiveView.SAMPLES)
            .put("slots", LiveView.SLOTS)
            .put("slot_seconds", LiveView.SLOT);
    ArrayNode labels = json.putArray("labels");
    view.labels().forEach(labels::add);
    ArrayNode numbers = json.putArray("numbers");
    ArrayNode loads = json.putArray("load");
    ArrayNode cpus = json.putArray("cpu");
    ObjectNode streams = json.putObject("streams");
    // A stream that came later has gaps before that.
    for (int i = 0; i < past.size(); i++) {
      LiveView.Sample sample = past.get(i);
      numbers.add(sample.number());
      loads.add(rounded(sample.load(), 1e3));
      cpus.add(rounded(sample.cpu(), 1e3));
      for (var each : sample.rates().entrySet()) {
        ObjectNode stream =
            streams.has(each.getKey())
                ? (ObjectNode) streams.get(each.getKey())
                : empty(streams.putObject(each.getKey()));
        fill((ArrayNode) stream.get("fps"), i).add(rounded(each.getValue().inferred(), 10));
        fill((ArrayNode) stream.get("age"), i).add(rounded(each.getValue().age(), 10));
      }
    }
    if (!past.isEmpty()) {
      json.set("batches", PipelineJson.batches(past.getFirst().batches()));
    }
    ArrayNode mix = json.putArray("mix");
    view.slots().forEach(slot -> mix.add(json(slot)));
    return json;
  }

  private static ObjectNode empty(ObjectNode stream) {
    stream.putArray("fps");
    stream.putArray("age");
    return stream;
  }

  private static ArrayNode fill(ArrayNode numbers, int size) {
    while (numbers.size() < size) {
      numbers.addNull();
    }
    return numbers;
  }

  private static double rounded(double value, double scale) {
    return Math.round(value * scale) / scale;
  }

  private static ObjectNode json(ClassMix.Slot slot) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("number", slot.number())
            .put("millis", slot.millis())
            .put("faces", slot.faces())
            .put("fewer", slot.fewer());
    ArrayNode shares = json.putArray("shares");
    slot.shares().forEach(share -> shares.add(rounded(share, 1e4)));
    return json;
  }

  private static ObjectNode json(LiveView.Sample sample) {
    ObjectNode json = PipelineJson.all(sample.streams(), sample.batches(), sample.sinks());
    json.put("number", sample.number())
        .put("millis", sample.millis())
        .put("load", rounded(sample.load(), 1e3))
        .put("cpu", rounded(sample.cpu(), 1e3));
    ObjectNode rates = json.putObject("rates");
    sample
        .rates()
        .forEach(
            (id, rate) ->
                rates
                    .putObject(id)
                    .put("captured", rounded(rate.captured(), 10))
                    .put("fps", rounded(rate.inferred(), 10))
                    .put("age", rounded(rate.age(), 10))
                    .put("faces", rate.faces()));
    if (sample.slot() != null) {
      json.set("mix", json(sample.slot()));
    }
    return json;
  }

  @Override
  public void end() {
    ended = true;
    sampler.interrupt();
    // One that reads nothing is waited for by nobody.
    clients.forEach(Thread::interrupt);
  }
}
