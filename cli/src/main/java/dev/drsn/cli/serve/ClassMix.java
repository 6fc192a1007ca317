package dev.drsn.cli.serve;

import dev.drsn.engine.stream.FaceResult;
import dev.drsn.engine.stream.StreamResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the faces of all streams together express, a stretch of time after the other, counted as
 * {@code drsn report} does: the share of class k is the mean of its probability over all faces in
 * all frames; the group is as large as the faces in view together, the lower median over a stream's
 * frames, added up over the streams. A group that is too small is not shown and not counted either.
 */
final class ClassMix {

  /**
   * A stretch of time.
   *
   * @param number from 0
   * @param millis when it ended
   * @param faces in view together; 0 where none were, or too few
   * @param shares one a class; none where there were too few faces
   * @param fewer whether there were some, and too few
   */
  record Slot(long number, long millis, int faces, List<Double> shares, boolean fewer) {}

  private final int classes;
  private final int leastGroup;
  private final int kept;
  private final ArrayDeque<Slot> slots = new ArrayDeque<>();
  private final Map<String, List<Integer>> counts = new HashMap<>();
  private double[] sums;
  private long faces;
  private long number;

  /**
   * @param leastGroup faces; of fewer nothing is shown
   * @param kept how many slots are remembered
   */
  ClassMix(int classes, int leastGroup, int kept) {
    this.classes = classes;
    this.leastGroup = leastGroup;
    this.kept = kept;
    this.sums = new double[classes];
  }

  void add(StreamResult result) {
    counts.computeIfAbsent(result.stream(), _ -> new ArrayList<>()).add(result.faces().size());
    for (FaceResult face : result.faces()) {
      faces++;
      for (int k = 0; k < classes; k++) {
        sums[k] += face.prediction().probabilities().get(k);
      }
    }
  }

  /** Ends a slot and begins the next. */
  void cut(long millis) {
    int group = 0;
    for (List<Integer> each : counts.values()) {
      Collections.sort(each);
      group += each.get((each.size() - 1) / 2);
    }
    boolean shown = group >= leastGroup;
    List<Double> shares = new ArrayList<>();
    for (int k = 0; shown && k < classes; k++) {
      shares.add(sums[k] / faces);
    }
    slots.add(new Slot(number++, millis, shown ? group : 0, shares, !shown && faces > 0));
    if (slots.size() > kept) {
      slots.poll();
    }
    counts.clear();
    sums = new double[classes];
    faces = 0;
  }

  /** The slots so far, the oldest first. */
  List<Slot> slots() {
    return List.copyOf(slots);
  }
}
