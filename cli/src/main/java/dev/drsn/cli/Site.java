package dev.drsn.cli;

import dev.drsn.cli.serve.Endpoint;
import dev.drsn.cli.serve.EventsEndpoint;
import dev.drsn.cli.serve.Feed;
import dev.drsn.cli.serve.LiveView;
import dev.drsn.cli.serve.PageEndpoint;
import dev.drsn.cli.serve.ServerMetrics;
import dev.drsn.cli.serve.ServerOptions;
import dev.drsn.cli.serve.StreamChanges;
import dev.drsn.cli.serve.StreamMetrics;
import dev.drsn.cli.serve.StreamsEndpoint;
import dev.drsn.cli.serve.WebServer;
import dev.drsn.engine.stream.BatchObserver;
import dev.drsn.engine.stream.Device;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What a command serves: the dashboard, its events, streams, metrics, and what is added to it. */
final class Site {

  private final SiteOptions options;
  private final String title;
  private final Consumer<String> log;
  private final ServerMetrics metrics = new ServerMetrics();
  private final LiveView view;

  /**
   * A site that is not open yet, but counts already.
   *
   * @param labels of the model
   * @param title what is run, and on what
   * @param log gets a line for each failure of the server's own
   */
  Site(SiteOptions options, List<String> labels, String title, Consumer<String> log) {
    this.options = options;
    this.title = title;
    this.log = log;
    this.view = new LiveView(labels, options.leastGroup(), options.frames(), Ticker.system());
  }

  /** Is to get all results. */
  LiveView view() {
    return view;
  }

  ServerMetrics metrics() {
    return metrics;
  }

  /** Is to be told of all batches. */
  BatchObserver observer() {
    return (size, closed, waited, compute) -> {
      metrics.ran(size, closed, waited, compute);
      view.ran(compute);
    };
  }

  /**
   * Opens it.
   *
   * @param pipeline whose streams are shown, or null where there are none
   * @param changes gets the streams that clients add and take away
   * @param more what else is served
   */
  WebServer open(
      ServerOptions where,
      Device device,
      StreamPipeline pipeline,
      StreamChanges changes,
      List<Endpoint> more) {
    Feed feed = pipeline == null ? Feed.of(device) : Feed.of(pipeline);
    List<Endpoint> endpoints = new ArrayList<>(more);
    endpoints.add(new PageEndpoint());
    endpoints.add(new EventsEndpoint(view, feed, title, options.frames(), log));
    if (pipeline != null) {
      endpoints.add(new StreamsEndpoint(pipeline, changes, view, options.frames()));
      metrics.add(new StreamMetrics(feed, view));
    }
    return new WebServer(where, endpoints, metrics, log);
  }
}
