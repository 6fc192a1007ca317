package dev.drsn.cli.serve;

import dev.drsn.engine.stream.Drop;
import dev.drsn.engine.stream.SinkSnapshot;
import dev.drsn.engine.stream.StreamSnapshot;
import dev.drsn.engine.stream.StreamState;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** What streams and sinks count, as Prometheus reads it: taken from them when somebody asks. */
public final class StreamMetrics implements MultiCollector {

  private final Feed feed;
  private final LiveView view;

  /**
   * @param view knows how old results are
   */
  public StreamMetrics(Feed feed, LiveView view) {
    this.feed = feed;
    this.view = view;
  }

  private static CounterDataPointSnapshot point(long value, Labels labels) {
    return CounterDataPointSnapshot.builder().value((double) value).labels(labels).build();
  }

  private static CounterSnapshot.Builder counter(String name, String help) {
    return CounterSnapshot.builder().name(name).help(help);
  }

  @Override
  public MetricSnapshots collect() {
    var state = GaugeSnapshot.builder().name("drsn_stream_state").help("1 for the state it is in.");
    var captured = counter("drsn_stream_frames_captured", "Frames that a source gave.");
    var inferred = counter("drsn_stream_frames_inferred", "Frames that have a result.");
    var dropped = counter("drsn_stream_frames_dropped", "Frames without a result.");
    var reconnects = counter("drsn_stream_reconnects", "How often it was opened again.");
    for (StreamSnapshot stream : feed.streams()) {
      Labels labels = Labels.of("stream", stream.id());
      for (StreamState each : StreamState.values()) {
        state.dataPoint(
            GaugeDataPointSnapshot.builder()
                .value(each == stream.state() ? 1 : 0)
                .labels(Labels.of("state", each.label(), "stream", stream.id()))
                .build());
      }
      captured.dataPoint(point(stream.captured(), labels));
      inferred.dataPoint(point(stream.inferred(), labels));
      for (Drop drop : Drop.values()) {
        Labels why = Labels.of("reason", drop.label(), "stream", stream.id());
        dropped.dataPoint(point(stream.drops().get(drop), why));
      }
      reconnects.dataPoint(point(stream.reconnects(), labels));
    }
    var sent = counter("drsn_sink_sent", "Results that a sink has taken.");
    var failed = counter("drsn_sink_failed", "Results that are lost to a sink.");
    var spooled = counter("drsn_sink_spooled", "Results that were put on the disk to be sent.");
    for (SinkSnapshot sink : feed.sinks()) {
      Labels labels = Labels.of("sink", sink.name());
      sent.dataPoint(point(sink.sent(), labels));
      failed.dataPoint(point(sink.lost(), labels));
      spooled.dataPoint(point(sink.everSpooled(), labels));
    }
    return new MetricSnapshots(
        state.build(),
        captured.build(),
        inferred.build(),
        dropped.build(),
        reconnects.build(),
        view.ages(),
        sent.build(),
        failed.build(),
        spooled.build());
  }
}
