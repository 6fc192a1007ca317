package dev.drsn.engine.backend;

import java.lang.foreign.MemorySegment;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.StackTrace;

/**
 * One whole run of a plan, around its {@link ProfileRange}s, for Java's Flight Recorder and for
 * NVIDIA's profilers. Not for several threads at once.
 */
@Name(BatchRange.NAME)
@Label("Batch")
@Category("drsn")
@Description("A plan's run: a batch inferred, or a training step")
@StackTrace(false)
@Registered(false)
public final class BatchRange extends Event {

  /** The event's name in recordings. */
  public static final String NAME = "drsn.Batch";

  static {
    // To register it now would start the recorder, 50 ms for everyone who records nothing.
    FlightRecorder.addListener(
        new FlightRecorderListener() {
          @Override
          public void recorderInitialized(FlightRecorder recorder) {
            FlightRecorder.register(BatchRange.class);
          }
        });
  }

  // Not private: nobody but the recorder reads them.

  @Label("Work")
  final String work;

  @Label("Samples")
  int samples;

  private final transient MemorySegment title;
  private transient boolean recorded;
  private transient boolean pushed;

  /**
   * A range for a plan's runs.
   *
   * @param work inference or training
   */
  public BatchRange(String work) {
    this.work = work;
    title = Nvtx.name("batch " + work);
  }

  /** The run begins. */
  public void enter() {
    pushed = Nvtx.push(title);
    recorded = isEnabled();
    if (recorded) {
      begin();
    }
  }

  /**
   * The run has ended.
   *
   * @param samples how many it was for
   */
  public void leave(int samples) {
    if (recorded) {
      end();
      this.samples = samples;
      commit();
    }
    if (pushed) {
      Nvtx.pop();
    }
  }
}
