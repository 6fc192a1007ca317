package dev.drsn.cli.serve;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSpec;
import java.io.IOException;

/** What becomes of the streams that clients add and take away. */
public interface StreamChanges {

  /**
   * Adds one.
   *
   * @throws DrsnException where it may not be
   * @throws IOException where none can be added now
   */
  void add(StreamSpec spec) throws IOException;

  /**
   * Takes one away.
   *
   * @return whether there was one of that name
   * @throws IOException where none can be taken away now
   */
  boolean remove(String id) throws IOException;

  /** Those of this process. */
  static StreamChanges of(StreamPipeline pipeline) {
    return new StreamChanges() {
      @Override
      public void add(StreamSpec spec) {
        pipeline.add(spec);
      }

      @Override
      public boolean remove(String id) {
        return pipeline.remove(id);
      }
    };
  }
}
