package dev.drsn.cli.serve;

import dev.drsn.engine.stream.BatchObserver;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** What a server counts, as Prometheus reads it. */
public final class ServerMetrics implements BatchObserver {

  static final String TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Histogram request =
      seconds("drsn_inference_request_duration_seconds", "From a request to its answer.");
  private final Histogram preprocess =
      seconds("drsn_inference_preprocess_duration_seconds", "Reading a request and its pictures.");
  private final Histogram queue =
      seconds("drsn_inference_queue_duration_seconds", "The longest wait of a batch.");
  private final Histogram compute =
      seconds("drsn_inference_compute_duration_seconds", "Running a batch.");
  private final Histogram size =
      Histogram.builder()
          .name("drsn_inference_batch_size")
          .help("Inputs in a batch.")
          .classicOnly()
          .classicUpperBounds(1, 2, 4, 8, 16, 32, 64, 128)
          .register(registry);
  private final Counter inferences =
      Counter.builder().name("drsn_inferences").help("Inputs that were run.").register(registry);
  private final Counter batches =
      Counter.builder()
          .name("drsn_batches")
          .help("Batches by why they were closed.")
          .labelNames("closed")
          .register(registry);
  private final Counter answers =
      Counter.builder()
          .name("drsn_http_requests")
          .help("Requests by the status of their answer.")
          .labelNames("status")
          .register(registry);

  private Histogram seconds(String name, String help) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .classicOnly()
        .classicUpperBounds(.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10)
        .register(registry);
  }

  @Override
  public void ran(int rows, String closed, long waitedNanos, long computeNanos) {
    size.observe(rows);
    inferences.inc(rows);
    batches.labelValues(closed).inc();
    queue.observe(waitedNanos / 1e9);
    compute.observe(computeNanos / 1e9);
  }

  /** A request for inference was read. */
  void prepared(long nanos) {
    preprocess.observe(nanos / 1e9);
  }

  /** A request for inference was answered. */
  void inferred(long nanos) {
    request.observe(nanos / 1e9);
  }

  /** Any request was answered. */
  void answered(int status) {
    answers.labelValues(Integer.toString(status)).inc();
  }

  /** Has more to tell, asked for whenever somebody reads. */
  public void add(MultiCollector collector) {
    registry.register(collector);
  }

  byte[] text() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(text, registry.scrape());
    return text.toByteArray();
  }
}
