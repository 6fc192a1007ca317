package dev.drsn.engine.plan;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Places values in one memory. A place that is given back is taken again only by a value of equal
 * layout, so that padding written as zero once stays zero.
 */
final class ActivationLayout {

  private final int alignment;
  private final Map<Layout, Deque<Long>> free = new HashMap<>();
  private long size;

  ActivationLayout(Backend backend) {
    this.alignment = backend.alignment();
  }

  /** A place for a value: its offset. */
  long take(Layout layout) {
    Deque<Long> places = free.get(layout);
    if (places != null && !places.isEmpty()) {
      return places.pop();
    }
    return take(layout.size());
  }

  /** A place that is not given back. */
  long take(long scalars) {
    long offset = size;
    size += Math.ceilDiv(scalars, alignment) * alignment;
    return offset;
  }

  /** Nobody reads the value at this place any more. */
  void giveBack(Layout layout, long offset) {
    free.computeIfAbsent(layout, l -> new ArrayDeque<>()).push(offset);
  }

  /** Scalars for everything placed so far. */
  long size() {
    return size;
  }

  /** The views of placed values; null where there is no layout. */
  static View[] views(Memory memory, Layout[] layouts, long[] offsets) {
    View[] views = new View[layouts.length];
    for (int i = 0; i < layouts.length; i++) {
      views[i] = layouts[i] == null ? null : new View(memory, offsets[i], layouts[i]);
    }
    return views;
  }

  /** The layout of every value of a network at these shapes. */
  static Layout[] layouts(Network network, Shape[] shapes, Backend backend) {
    Map<Integer, List<Op>> consumers = network.consumers();
    Layout[] layouts = new Layout[shapes.length];
    for (Network.Input each : network.inputs()) {
      int value = each.value();
      layouts[value] = backend.activation(shapes[value], consumers.getOrDefault(value, List.of()));
    }
    for (Node node : network.nodes()) {
      int value = node.output();
      layouts[value] = backend.activation(shapes[value], consumers.getOrDefault(value, List.of()));
    }
    return layouts;
  }

  /** Those of a node's inputs. */
  static Layout[] select(Layout[] of, Node node) {
    return node.inputs().stream().map(value -> of[value]).toArray(Layout[]::new);
  }

  /** Those of a node's inputs. */
  static View[] select(View[] of, Node node) {
    return node.inputs().stream().map(value -> of[value]).toArray(View[]::new);
  }
}
