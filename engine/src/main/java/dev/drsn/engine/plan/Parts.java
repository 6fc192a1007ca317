package dev.drsn.engine.plan;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which samples of a batch run together, node by node. A network begins with large images and few
 * weights and ends with small images and many weights: a few samples at a time keep in a cache what
 * the first layers pass to each other, many at a time let the last ones read their weights once.
 *
 * <p>So consecutive nodes form levels, each with a part of the batch that is a multiple of the one
 * before. A part of a level is computed by the smaller parts of the level before, one after the
 * other, and then by the level's own nodes; the last level takes the whole batch.
 *
 * <p>A value is held for as many samples as the level of its last consumer takes; an earlier node
 * sees a part of it.
 */
final class Parts {

  /**
   * Nodes {@code from} to {@code to}, exclusive, that take {@code part} samples at a time.
   *
   * @param part a multiple of the part of the level before
   */
  record Level(int part, int from, int to) {}

  private final Network network;
  private final Backend backend;
  private final Shape[] shapes;
  private final Map<Integer, List<Op>> consumers;
  private final List<Level> levels = new ArrayList<>();

  /** Samples a value is held for, and where. */
  private final int[] held;

  private final long[] offsets;

  Parts(Network network, Backend backend, int batch) {
    this.network = network;
    this.backend = backend;
    shapes = network.shapes(1);
    consumers = network.consumers();
    List<Node> nodes = network.nodes();
    int[] parts = parts(batch);
    int from = 0;
    for (int i = 1; i <= parts.length; i++) {
      if (i == parts.length || parts[i] != parts[from]) {
        levels.add(new Level(parts[from], from, i));
        from = i;
      }
    }
    int last = levels.getLast().part();
    int whole = Math.ceilDiv(batch, last) * last;
    if (last < whole) {
      levels.add(new Level(whole, parts.length, parts.length));
    }
    held = new int[network.values()];
    offsets = new long[network.values()];
    for (int i = 0; i < parts.length; i++) {
      held[nodes.get(i).output()] = parts[i];
      for (int value : nodes.get(i).inputs()) {
        held[value] = parts[i];
      }
    }
    held[network.output()] = whole;
    held[network.embedding()] = whole;
  }

  /** Samples a node takes at once: no more than the backend wants for it or for any later one. */
  private int[] parts(int batch) {
    List<Node> nodes = network.nodes();
    int[] parts = new int[nodes.size()];
    int most = batch;
    for (int i = parts.length - 1; i >= 0; i--) {
      long size = shapes[nodes.get(i).output()].elements();
      for (int value : nodes.get(i).inputs()) {
        size += shapes[value].elements();
      }
      most = Math.min(most, backend.together(batch, size));
      parts[i] = most;
    }
    // The batch halved until the first nodes are content, then doubled again.
    int part = batch;
    while (part > parts[0]) {
      part = Math.ceilDiv(part, 2);
    }
    for (int i = 0; i < parts.length; i++) {
      while (2 * part <= parts[i]) {
        part *= 2;
      }
      if (parts[i] == batch) {
        part = Math.ceilDiv(batch, part) * part;
      }
      parts[i] = part;
    }
    return parts;
  }

  /** From the smallest part to the whole batch; nodes in execution order. */
  List<Level> levels() {
    return levels;
  }

  /** What a node's kernel is compiled for. */
  Layouts layouts(Node node, Level level) {
    Layout[] x = node.inputs().stream().map(v -> layout(v, level.part())).toArray(Layout[]::new);
    return Layouts.forward(x, layout(node.output(), level.part()));
  }

  private Layout layout(int value, int samples) {
    Shape shape = shapes[value].withN(samples);
    return backend.activation(shape, consumers.getOrDefault(value, List.of()));
  }

  /**
   * Places all values. A place is given back after the last operation that reads it; what one level
   * passes to another is written again and again while earlier levels run, so it is placed first.
   */
  void place(ActivationLayout places) {
    List<Node> nodes = network.nodes();
    int[] lastUse = new int[offsets.length];
    for (int i = 0; i < nodes.size(); i++) {
      for (int value : nodes.get(i).inputs()) {
        lastUse[value] = i;
      }
    }
    lastUse[network.output()] = nodes.size();
    lastUse[network.embedding()] = nodes.size();
    for (Network.Input each : network.inputs()) {
      take(places, each.value());
    }
    for (Level level : levels) {
      for (int i = level.from(); i < level.to(); i++) {
        if (held[nodes.get(i).output()] > level.part()) {
          take(places, nodes.get(i).output());
        }
      }
    }
    for (Level level : levels) {
      for (int i = level.from(); i < level.to(); i++) {
        if (held[nodes.get(i).output()] == level.part()) {
          take(places, nodes.get(i).output());
        }
        int step = i;
        nodes.get(i).inputs().stream()
            .distinct()
            .filter(value -> lastUse[value] == step)
            .forEach(value -> places.giveBack(layout(value, held[value]), offsets[value]));
      }
    }
  }

  private void take(ActivationLayout places, int value) {
    offsets[value] = places.take(layout(value, held[value]));
  }

  /** A value for all samples that it is held for. */
  View view(Memory memory, int value) {
    return new View(memory, offsets[value], layout(value, held[value]));
  }

  /** A value for those samples that begin with {@code first} in the batch, a part of a level. */
  View view(Memory memory, int value, int first, Level level) {
    return view(memory, value).samples(first % held[value], layout(value, level.part()));
  }
}
