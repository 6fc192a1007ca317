package dev.drsn.bench.soak;

import dev.drsn.cli.SyntheticCameras;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.Deadline;
import dev.drsn.engine.stream.FrameSource;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSpec;
import dev.drsn.engine.stream.Ticker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Drawn cameras that come and go, are cut and fall silent, which is a matter of the seed. They say
 * that they are cameras of a network, so that they are opened again. No name is used twice.
 */
final class Cameras implements FrameSource.Opener {

  /** What may befall them. */
  private enum Act {
    CUT,
    STALLED,
    ADDED,
    REMOVED
  }

  private static final int SCENES = 8;

  private final SyntheticCameras drawn = new SyntheticCameras();
  private final Map<String, Wire> wires = new ConcurrentHashMap<>();
  private final List<String> present = new ArrayList<>();
  private final Map<Act, Integer> done = new EnumMap<>(Act.class);
  private final List<Act> next = new ArrayList<>();
  private final SplittableRandom random;
  private final int usual;
  private final int fps;
  private int named;

  /**
   * None yet.
   *
   * @param usual how many there are on average
   * @param fps of each
   */
  Cameras(int usual, int fps, long seed) {
    this.usual = usual;
    this.fps = fps;
    this.random = new SplittableRandom(seed);
    for (int scene = 0; scene < SCENES; scene++) {
      drawn.prepare(address(scene));
    }
  }

  private String address(int scene) {
    return String.format(
        Locale.ROOT, "synthetic:640x480@%d?faces=%d&seed=%d", fps, scene % 4 + 1, scene + 1);
  }

  @Override
  public FrameSource open(StreamSpec spec, Deadline deadline) {
    Wire wire = wires.get(spec.id());
    if (wire == null) {
      throw new DrsnException(spec.id() + " is gone");
    }
    int scene = Math.floorMod(spec.id().hashCode(), SCENES);
    return wire.to(drawn.open(address(scene), Ticker.system()));
  }

  /** Turns the usual number on. */
  void begin(StreamPipeline pipeline) {
    present.clear();
    wires.clear();
    for (int i = 0; i < usual; i++) {
      add(pipeline);
    }
  }

  private void add(StreamPipeline pipeline) {
    named++;
    String id = "camera-" + named;
    wires.put(id, new Wire());
    present.add(id);
    pipeline.add(StreamSpec.of(id, "rtsp://soak/" + id));
  }

  private void remove(StreamPipeline pipeline) {
    String id = present.remove(random.nextInt(present.size()));
    pipeline.remove(id);
    wires.remove(id);
  }

  private Wire any() {
    return wires.get(present.get(random.nextInt(present.size())));
  }

  /**
   * Lets one thing happen to one camera; every four times each of the four happens once.
   *
   * @param unit nanoseconds; who falls silent does so for one to four of these
   */
  void churn(StreamPipeline pipeline, long unit) {
    if (next.isEmpty()) {
      Collections.addAll(next, Act.values());
    }
    Act act = next.remove(random.nextInt(next.size()));
    switch (act) {
      case CUT -> any().cut();
      case STALLED -> any().silence(unit + (long) (random.nextDouble() * 3 * unit));
      case ADDED -> add(pipeline);
      case REMOVED -> remove(pipeline);
    }
    done.merge(act, 1, Integer::sum);
  }

  /** How often each has happened. */
  Map<String, Integer> done() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Act act : Act.values()) {
      counts.put(act.name().toLowerCase(Locale.ROOT), done.getOrDefault(act, 0));
    }
    return counts;
  }
}
