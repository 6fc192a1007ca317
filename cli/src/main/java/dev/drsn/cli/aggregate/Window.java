package dev.drsn.cli.aggregate;

import dev.drsn.trainer.report.InView;
import dev.drsn.trainer.report.Interval;
import dev.drsn.trainer.report.Recording;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A stretch of a course. The share of class k is the mean of its probability over all faces in all
 * frames, as in a report:
 *
 * <pre>
 *   share_k = sum_faces p_k / sum_faces sum_j p_j
 * </pre>
 *
 * @param to its end, milliseconds since 1970; it is not in it
 * @param labels the classes; none before the first face
 * @param sums of probabilities, one a class
 * @param views by camera
 */
record Window(long to, List<String> labels, double[] sums, Map<String, InView> views) {

  static Window empty(long to) {
    return new Window(to, List.of(), new double[0], new TreeMap<>());
  }

  /** Whether a result can be added: it has the same classes, or no face. */
  boolean takes(Result result) {
    return labels.isEmpty() || result.labels().isEmpty() || labels.equals(result.labels());
  }

  /** This and a result; this one is not to be used any more. */
  Window with(Result result) {
    boolean first = labels.isEmpty();
    double[] all = first ? new double[result.labels().size()] : sums;
    for (Recording.Seen face : result.faces()) {
      for (int k = 0; k < all.length; k++) {
        all[k] += face.p()[k];
      }
    }
    views.computeIfAbsent(result.stream(), _ -> InView.none()).add(result.faces().size());
    return new Window(to, first ? result.labels() : labels, all, views);
  }

  /**
   * What is published of it: where fewer persons than the least group were in view, that and
   * nothing else.
   */
  byte[] published(String course, long from, int leastGroup) {
    int persons = views.values().stream().mapToInt(InView::persons).sum();
    Interval.State state = persons < leastGroup ? Interval.State.TOO_FEW : Interval.State.SHOWN;
    ObjectNode json =
        JsonMapper.shared()
            .createObjectNode()
            .put("course", course)
            .put("from", Instant.ofEpochMilli(from).toString())
            .put("to", Instant.ofEpochMilli(to).toString())
            .put("state", state.label());
    if (state == Interval.State.SHOWN) {
      json.put("persons", persons)
          .put("cameras", views.size())
          .put("frames", views.values().stream().mapToLong(InView::count).sum());
      double total = Arrays.stream(sums).sum();
      ObjectNode shares = json.putObject("shares");
      for (int k = 0; k < sums.length; k++) {
        shares.put(labels.get(k), total == 0 ? 0 : Math.round(1e4 * sums[k] / total) / 1e4);
      }
    }
    return JsonMapper.shared().writeValueAsBytes(json);
  }
}
