package dev.drsn.cli;

import dev.drsn.engine.stream.SinkSnapshot;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSnapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Says what goes wrong in a pipeline, a line for each new trouble, and when it is over. */
final class Troubles {

  private final Consumer<String> say;
  private final Map<String, String> told = new HashMap<>();

  Troubles(Consumer<String> say) {
    this.say = say;
  }

  /** Says what is new. */
  void tell(StreamPipeline pipeline) {
    Set<String> there = new HashSet<>();
    for (StreamSnapshot stream : pipeline.streams()) {
      tell(stream.id(), stream.reason(), there);
    }
    for (SinkSnapshot sink : pipeline.sinks()) {
      tell("sink " + sink.name(), sink.failure(), there);
    }
    tell("device", pipeline.batches().failure(), there);
    told.keySet().retainAll(there);
  }

  private void tell(String who, String what, Set<String> there) {
    there.add(who);
    if (!what.equals(told.getOrDefault(who, ""))) {
      told.put(who, what);
      say.accept(who + (what.isEmpty() ? " is well again" : ": " + what));
    }
  }
}
