package dev.drsn.cli;

import dev.drsn.cli.kafka.CameraTopic;
import dev.drsn.cli.kafka.Cluster;
import dev.drsn.cli.kafka.ClusterMember;
import dev.drsn.cli.kafka.Topics;
import dev.drsn.cli.serve.StreamChanges;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSpec;
import java.util.Map;

/** A pipeline's part in a cluster; without a cluster it does nothing. */
final class ClusterShare implements AutoCloseable {

  private static final int PARTITIONS = 12;

  private final StreamPipeline pipeline;
  private final CameraTopic topic;
  private final ClusterMember member;

  private ClusterShare(StreamPipeline pipeline, CameraTopic topic, ClusterMember member) {
    this.pipeline = pipeline;
    this.topic = topic;
    this.member = member;
  }

  /**
   * Gets ready to join, and makes the topics that are missing.
   *
   * @param cluster or null
   */
  static ClusterShare join(Cluster cluster, StreamPipeline pipeline, LiveLines live) {
    if (cluster == null) {
      return new ClusterShare(pipeline, null, null);
    }
    try (Topics topics = new Topics(cluster.settings())) {
      topics.make(cluster.results(), PARTITIONS, Map.of());
    }
    ClusterMember.Cameras cameras =
        new ClusterMember.Cameras() {
          @Override
          public void start(StreamSpec spec) {
            pipeline.add(spec);
          }

          @Override
          public void stop(String id) {
            pipeline.remove(id);
          }
        };
    CameraTopic topic = new CameraTopic(cluster);
    ClusterMember member =
        ClusterMember.join(
            cluster, cameras, line -> live.say("drsn: " + cluster.group() + ": " + line));
    return new ClusterShare(pipeline, topic, member);
  }

  /** Whether there are cameras to wait for. */
  boolean lasts() {
    return member != null;
  }

  /** Where streams go that clients add. */
  StreamChanges changes() {
    return topic == null ? StreamChanges.of(pipeline) : topic;
  }

  /** Looks once which cameras are to run here. */
  void step() {
    if (member != null) {
      member.step();
    }
  }

  @Override
  public void close() {
    if (member != null) {
      topic.close();
      member.close();
    }
  }
}
