package dev.drsn.trainer.report;

import dev.drsn.engine.DrsnException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A recording as figures of a group over time. In each interval the share of class k is the mean of
 * its probability over all faces in all frames,
 *
 * <pre>
 *   share_k = sum_tracks sum_frames p_k / sum_tracks frames,
 * </pre>
 *
 * <p>and its 95 % band comes from drawing the interval's tracks anew, with replacement, 400 times:
 * the frames of one face are no independent observations, the faces are. An interval in which fewer
 * persons than the least group were in view, or none, shows nothing; neither do its frames count in
 * the whole.
 *
 * <p>Tracks are no persons: one who turns away comes back with another name. So the group is
 * counted by faces that are in view together: the median over an interval's frames, a stream each.
 *
 * @param labels the classes
 * @param start of the first frame
 * @param whole all intervals that are shown, together
 */
public record Lesson(
    List<String> labels, Instant start, List<Interval> intervals, Interval whole, int leastGroup) {

  private static final int DRAWS = 400;
  private static final double NOTABLE = 0.1;
  private static final int MOST_INTERVALS = 2000;

  /** The sum of a face's probabilities in an interval, and of how many frames. */
  private static final class Track {
    private final double[] sum;
    private long frames;

    Track(int classes) {
      sum = new double[classes];
    }

    void add(float[] p) {
      for (int k = 0; k < sum.length; k++) {
        sum[k] += p[k];
      }
      frames++;
    }
  }

  private static final class Cell {
    private final Map<String, Track> tracks = new LinkedHashMap<>();
    private final Map<String, InView> faces = new HashMap<>();
    private long frames;
  }

  /** An interval in which a class has an unusual share. */
  public record Moment(Interval interval, String label, Share share, double usual) {}

  public Lesson {
    labels = List.copyOf(labels);
    intervals = List.copyOf(intervals);
  }

  /**
   * Counts.
   *
   * @param width of an interval
   * @param engagement or null
   * @param leastGroup fewer persons are not shown
   */
  public static Lesson of(
      Recording recording, Duration width, Engagement engagement, int leastGroup) {
    int classes = recording.labels().size();
    Instant start = recording.frames().getFirst().captured();
    Map<Long, Cell> cells = new HashMap<>();
    long last = 0;
    for (Recording.Frame frame : recording.frames()) {
      last = Duration.between(start, frame.captured()).dividedBy(width);
      if (last >= MOST_INTERVALS) {
        throw new DrsnException(
            "the recordings reach from "
                + start
                + " to "
                + frame.captured()
                + "; give those of one lesson, or longer intervals");
      }
      Cell cell = cells.computeIfAbsent(last, _ -> new Cell());
      cell.frames++;
      cell.faces.computeIfAbsent(frame.stream(), _ -> InView.none()).add(frame.faces().size());
      for (Recording.Seen face : frame.faces()) {
        String name = frame.stream() + "/" + face.track();
        cell.tracks.computeIfAbsent(name, _ -> new Track(classes)).add(face.p());
      }
    }
    double seconds = width.toNanos() / 1e9;
    List<Interval> intervals = new ArrayList<>();
    Cell all = new Cell();
    int group = 0;
    for (long i = 0; i <= last; i++) {
      Cell cell = cells.getOrDefault(i, new Cell());
      int persons = cell.faces.values().stream().mapToInt(InView::persons).sum();
      Interval interval =
          interval(i * seconds, (i + 1) * seconds, cell, persons, engagement, leastGroup);
      intervals.add(interval);
      if (interval.state() == Interval.State.SHOWN) {
        group = Math.max(group, persons);
        all.frames += cell.frames;
        for (Map.Entry<String, Track> each : cell.tracks.entrySet()) {
          Track whole = all.tracks.computeIfAbsent(each.getKey(), _ -> new Track(classes));
          whole.frames += each.getValue().frames;
          for (int k = 0; k < classes; k++) {
            whole.sum[k] += each.getValue().sum[k];
          }
        }
      }
    }
    Interval whole = interval(0, (last + 1) * seconds, all, group, engagement, leastGroup);
    return new Lesson(recording.labels(), start, intervals, whole, leastGroup);
  }

  private static Interval interval(
      double from, double to, Cell cell, int persons, Engagement engagement, int leastGroup) {
    if (cell.frames == 0) {
      return new Interval(from, to, 0, 0, Interval.State.NO_DATA, List.of(), null);
    }
    if (persons < leastGroup) {
      return new Interval(from, to, cell.frames, persons, Interval.State.TOO_FEW, List.of(), null);
    }
    List<Track> tracks = List.copyOf(cell.tracks.values());
    int classes = tracks.getFirst().sum.length;
    double[] mean = shares(tracks, classes);
    double[][] drawn = new double[DRAWS][];
    // The same results give the same report.
    SplittableRandom random = new SplittableRandom(tracks.size() * 31L + cell.frames);
    List<Track> sample = new ArrayList<>(tracks.size());
    for (int d = 0; d < DRAWS; d++) {
      sample.clear();
      for (int i = 0; i < tracks.size(); i++) {
        sample.add(tracks.get(random.nextInt(tracks.size())));
      }
      drawn[d] = shares(sample, classes);
    }
    List<Share> shares = new ArrayList<>();
    for (int k = 0; k < mean.length; k++) {
      int label = k;
      shares.add(band(mean[k], Arrays.stream(drawn).mapToDouble(draw -> draw[label]).toArray()));
    }
    Share index =
        engagement == null
            ? null
            : band(engagement.of(mean), Arrays.stream(drawn).mapToDouble(engagement::of).toArray());
    return new Interval(from, to, cell.frames, persons, Interval.State.SHOWN, shares, index);
  }

  private static double[] shares(Collection<Track> tracks, int classes) {
    double[] shares = new double[classes];
    for (Track track : tracks) {
      for (int k = 0; k < shares.length; k++) {
        shares[k] += track.sum[k];
      }
    }
    double total = Arrays.stream(shares).sum();
    for (int k = 0; k < shares.length; k++) {
      // Probabilities are rounded when they are recorded.
      shares[k] = total == 0 ? 0 : shares[k] / total;
    }
    return shares;
  }

  private static Share band(double value, double[] drawn) {
    Arrays.sort(drawn);
    int tail = (int) (0.025 * drawn.length);
    return new Share(
        value, Math.min(value, drawn[tail]), Math.max(value, drawn[drawn.length - 1 - tail]));
  }

  /** Whether anything may be shown at all. */
  public boolean shown() {
    return whole.state() == Interval.State.SHOWN;
  }

  /**
   * The intervals in which a class's share differs most from its share in the whole lesson: by a
   * tenth at least and by more than its band; five at most, in order of time.
   */
  public List<Moment> moments() {
    List<Moment> moments = new ArrayList<>();
    for (Interval interval : intervals) {
      for (int k = 0; k < interval.shares().size(); k++) {
        Share share = interval.shares().get(k);
        double usual = whole.shares().get(k).value();
        boolean outside = usual < share.low() || usual > share.high();
        if (outside && Math.abs(share.value() - usual) >= NOTABLE) {
          moments.add(new Moment(interval, labels.get(k), share, usual));
        }
      }
    }
    moments.sort(Comparator.comparingDouble(m -> -Math.abs(m.share().value() - m.usual())));
    List<Moment> most = new ArrayList<>(moments.subList(0, Math.min(5, moments.size())));
    most.sort(Comparator.comparingDouble(m -> m.interval().from()));
    return most;
  }
}
