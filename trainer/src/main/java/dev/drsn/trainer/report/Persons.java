package dev.drsn.trainer.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures of single tracks. They are about persons: nothing makes them unless it is asked for. */
public final class Persons {

  /**
   * A face from when it came into sight to when it left.
   *
   * @param shares mean probabilities, one a class
   */
  public record Row(String stream, String track, long frames, double[] shares) {}

  private Persons() {}

  /** The tracks, the first seen first. */
  public static List<Row> of(Recording recording) {
    Map<List<String>, double[]> sums = new LinkedHashMap<>();
    int classes = recording.labels().size();
    for (Recording.Frame frame : recording.frames()) {
      for (Recording.Seen face : frame.faces()) {
        double[] sum =
            sums.computeIfAbsent(
                List.of(frame.stream(), face.track()), _ -> new double[classes + 1]);
        for (int k = 0; k < classes; k++) {
          sum[k] += face.p()[k];
        }
        sum[classes]++;
      }
    }
    List<Row> rows = new ArrayList<>();
    sums.forEach(
        (name, sum) -> {
          double[] shares = new double[classes];
          for (int k = 0; k < classes; k++) {
            shares[k] = sum[k] / sum[classes];
          }
          rows.add(new Row(name.get(0), name.get(1), (long) sum[classes], shares));
        });
    return rows;
  }
}
