package dev.drsn.cli.serve;

import dev.drsn.engine.stream.BatchSnapshot;
import dev.drsn.engine.stream.Device;
import dev.drsn.engine.stream.SinkSnapshot;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSnapshot;
import java.util.List;

/** What is looked at: streams and sinks where there are any, and a device. */
public interface Feed {

  List<StreamSnapshot> streams();

  List<SinkSnapshot> sinks();

  BatchSnapshot batches();

  /** Whether there may be streams. */
  boolean watches();

  /** A pipeline. */
  static Feed of(StreamPipeline pipeline) {
    return new Feed() {
      @Override
      public List<StreamSnapshot> streams() {
        return pipeline.streams();
      }

      @Override
      public List<SinkSnapshot> sinks() {
        return pipeline.sinks();
      }

      @Override
      public BatchSnapshot batches() {
        return pipeline.batches();
      }

      @Override
      public boolean watches() {
        return true;
      }
    };
  }

  /** A device that serves requests only. */
  static Feed of(Device device) {
    return new Feed() {
      @Override
      public List<StreamSnapshot> streams() {
        return List.of();
      }

      @Override
      public List<SinkSnapshot> sinks() {
        return List.of();
      }

      @Override
      public BatchSnapshot batches() {
        return device.snapshot();
      }

      @Override
      public boolean watches() {
        return false;
      }
    };
  }
}
