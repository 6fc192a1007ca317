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
 * One step of a plan as Java's Flight Recorder and NVIDIA's profilers show it: what ran, how, for
 * how long. A plan makes one a step when it is compiled and uses it in every run; while nobody
 * records that costs the test of a flag. Not for several threads at once.
 */
@Name(ProfileRange.NAME)
@Label("Layer")
@Category("drsn")
@Description("A step of a plan: a kernel forward or backward, a copy, the optimiser")
@StackTrace(false)
@Registered(false)
public final class ProfileRange extends Event {

  /** The event's name in recordings. */
  public static final String NAME = "drsn.Layer";

  static {
    // To register it now would start the recorder, 50 ms for everyone who records nothing.
    FlightRecorder.addListener(
        new FlightRecorderListener() {
          @Override
          public void recorderInitialized(FlightRecorder recorder) {
            FlightRecorder.register(ProfileRange.class);
          }
        });
  }

  // Not private: nobody but the recorder reads them.

  @Label("Node")
  final String node;

  @Label("Pass")
  @Description("forward, backward, or empty for what is neither")
  final String pass;

  @Label("Operation")
  final String operation;

  @Label("Shape")
  @Description("The output of one sample: channels x height x width")
  final String shape;

  @Label("Algorithm")
  final String algorithm;

  @Label("Multiply-accumulates")
  @Description("For one sample, as direct sums have them")
  final long multiplyAccumulates;

  @Label("Samples")
  int samples;

  private final transient MemorySegment title;
  private transient boolean recorded;
  private transient boolean pushed;

  /**
   * A range for one step.
   *
   * @param multiplyAccumulates for one sample, as direct sums have them
   */
  public ProfileRange(
      String node,
      String pass,
      String operation,
      String shape,
      String algorithm,
      long multiplyAccumulates) {
    this.node = node;
    this.pass = pass;
    this.operation = operation;
    this.shape = shape;
    this.algorithm = algorithm;
    this.multiplyAccumulates = multiplyAccumulates;
    title = Nvtx.name(pass.isEmpty() ? node : node + " " + pass);
  }

  /** The step begins. */
  public void enter() {
    pushed = Nvtx.push(title);
    recorded = isEnabled();
    if (recorded) {
      begin();
    }
  }

  /**
   * The step has ended.
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
