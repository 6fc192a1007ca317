package dev.drsn.cli.serve;

import dev.drsn.engine.stream.BatchSnapshot;
import dev.drsn.engine.stream.Drop;
import dev.drsn.engine.stream.DurationSnapshot;
import dev.drsn.engine.stream.SinkSnapshot;
import dev.drsn.engine.stream.StreamSnapshot;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A pipeline's counters as JSON: at the end of {@code drsn stream --json} and over HTTP. */
public final class PipelineJson {

  private PipelineJson() {}

  /** All of it as one object. */
  public static ObjectNode all(
      List<StreamSnapshot> streams, BatchSnapshot batches, List<SinkSnapshot> sinks) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("streams");
    streams.forEach(each -> list.add(stream(each)));
    json.set("batches", batches(batches));
    ArrayNode sunk = json.putArray("sinks");
    for (SinkSnapshot sink : sinks) {
      sunk.addObject()
          .put("name", sink.name())
          .put("written", sink.sent())
          .put("lost", sink.lost())
          .put("spooled", sink.spooled())
          .put("failure", sink.failure());
    }
    return json;
  }

  /** One stream. */
  static ObjectNode stream(StreamSnapshot stream) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", stream.id())
            .put("address", stream.address())
            .put("state", stream.state().label())
            .put("reason", stream.reason())
            .put("decoder", stream.decoder())
            .put("captured", stream.captured())
            .put("inferred", stream.inferred())
            .put("faces", stream.faces())
            .put("reconnects", stream.reconnects());
    ObjectNode drops = json.putObject("dropped");
    for (Drop drop : Drop.values()) {
      drops.put(drop.label(), stream.drops().get(drop));
    }
    times(json.putObject("age_ms"), stream.age());
    times(json.putObject("detection_ms"), stream.detection());
    return json;
  }

  /** A device's batches. */
  static ObjectNode batches(BatchSnapshot batches) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("count", batches.batches())
            .put("mean_size", batches.meanSize());
    ObjectNode sizes = json.putObject("sizes");
    for (int n = 1; n < batches.sizes().size(); n++) {
      sizes.put(Integer.toString(n), batches.sizes().get(n));
    }
    ObjectNode closed = json.putObject("closed");
    new TreeMap<>(batches.closed()).forEach(closed::put);
    times(json.putObject("queue_ms"), batches.queue());
    times(json.putObject("compute_ms"), batches.compute());
    return json.put("failure", batches.failure());
  }

  private static void times(ObjectNode json, DurationSnapshot times) {
    json.put("count", times.count())
        .put("p50", times.p50())
        .put("p95", times.p95())
        .put("p99", times.p99())
        .put("max", times.most());
  }
}
