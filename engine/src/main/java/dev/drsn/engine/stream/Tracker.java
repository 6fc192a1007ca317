package dev.drsn.engine.stream;

import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Face;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Follows faces by how much their boxes overlap. A detection belongs to the track whose predicted
 * box it overlaps most, the best pairs first:
 *
 * <pre>
 *   IoU(a, b) = |a and b| / |a or b| at least 0.3;   prediction: middle + velocity dt
 *   velocity = (velocity + (middle - last middle) / dt) / 2
 * </pre>
 *
 * <p>Between detections each face in sight is expected where its velocity takes it, for one second
 * at most. A face that three detections in a row have missed is gone; one that comes back sooner
 * keeps its track.
 */
public final class Tracker {

  private static final double LEAST_OVERLAP = 0.3;
  private static final int MISSES = 3;
  private static final double FURTHEST_SECONDS = 1;

  private final RandomGenerator names;
  private final List<Track> tracks = new ArrayList<>();

  /**
   * Knows no face yet.
   *
   * @param names gives tracks their names
   */
  public Tracker(RandomGenerator names) {
    this.names = names;
  }

  private record Pair(Track track, int face, double overlap) {}

  /**
   * The faces that a detector has found at this moment, with their tracks, in its order.
   *
   * @param nanos the moment; later than the one before
   */
  public List<Tracked> detected(List<Face> faces, long nanos) {
    List<Pair> pairs = new ArrayList<>();
    for (Track track : tracks) {
      Box predicted = track.at(nanos);
      for (int i = 0; i < faces.size(); i++) {
        double overlap = overlap(predicted, faces.get(i).box());
        if (overlap >= LEAST_OVERLAP) {
          pairs.add(new Pair(track, i, overlap));
        }
      }
    }
    pairs.sort(Comparator.comparingDouble(pair -> -pair.overlap));
    Track[] found = new Track[faces.size()];
    List<Track> missed = new ArrayList<>(tracks);
    for (Pair pair : pairs) {
      if (found[pair.face] == null && missed.remove(pair.track)) {
        found[pair.face] = pair.track;
      }
    }
    missed.forEach(track -> track.misses++);
    tracks.removeIf(track -> track.misses >= MISSES);
    List<Tracked> tracked = new ArrayList<>(faces.size());
    for (int i = 0; i < faces.size(); i++) {
      if (found[i] == null) {
        found[i] = new Track(name());
        tracks.add(found[i]);
      }
      found[i].saw(faces.get(i), nanos);
      tracked.add(new Tracked(found[i].name, faces.get(i), true));
    }
    return tracked;
  }

  /** Where the faces of the last detection should be at this moment. */
  List<Tracked> between(long nanos) {
    List<Tracked> tracked = new ArrayList<>(tracks.size());
    for (Track track : tracks) {
      if (track.misses == 0) {
        Face face = new Face(track.at(nanos), track.face.score());
        tracked.add(new Tracked(track.name, face, false));
      }
    }
    return tracked;
  }

  /** The side of the smallest face that is followed, in pixels; 0 where there is none. */
  int smallest() {
    return tracks.stream().mapToInt(track -> track.face.box().width()).min().orElse(0);
  }

  private String name() {
    while (true) {
      String name = HexFormat.of().toHexDigits(names.nextInt());
      if (tracks.stream().noneMatch(track -> track.name.equals(name))) {
        return name;
      }
    }
  }

  /** Intersection over union, 0 to 1. */
  static double overlap(Box a, Box b) {
    int width = Math.min(a.x() + a.width(), b.x() + b.width()) - Math.max(a.x(), b.x());
    int height = Math.min(a.y() + a.height(), b.y() + b.height()) - Math.max(a.y(), b.y());
    if (width <= 0 || height <= 0) {
      return 0;
    }
    long both = (long) width * height;
    long either = (long) a.width() * a.height() + (long) b.width() * b.height() - both;
    return (double) both / either;
  }

  private static final class Track {
    final String name;
    Face face;
    int misses;
    private long nanos;
    private double dx;
    private double dy;

    Track(String name) {
      this.name = name;
    }

    void saw(Face seen, long now) {
      double seconds = face == null ? 0 : (now - nanos) / 1e9;
      if (seconds > 0) {
        Box last = face.box();
        Box box = seen.box();
        dx = (dx + (box.x() - last.x() + (box.width() - last.width()) / 2.0) / seconds) / 2;
        dy = (dy + (box.y() - last.y() + (box.height() - last.height()) / 2.0) / seconds) / 2;
      }
      face = seen;
      nanos = now;
      misses = 0;
    }

    Box at(long now) {
      double seconds = Math.clamp((now - nanos) / 1e9, 0, FURTHEST_SECONDS);
      Box box = face.box();
      int x = (int) Math.round(box.x() + dx * seconds);
      int y = (int) Math.round(box.y() + dy * seconds);
      return new Box(x, y, box.width(), box.height());
    }
  }
}
