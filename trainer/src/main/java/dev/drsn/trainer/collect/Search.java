package dev.drsn.trainer.collect;

import dev.drsn.engine.image.Face;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.UprightCrop;
import dev.drsn.engine.stream.Tracked;
import dev.drsn.engine.stream.Tracker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * The faces of one clip: found in some of its frames, followed from frame to frame, and of each
 * face those moments at which it looked different.
 */
final class Search implements Clip.Frames {

  /** Like the tracker's: a face that so many searches have missed does not come back. */
  private static final int MISSES = 3;

  private static final int LEAST_SEEN = 2;
  private static final long SECOND = 1_000_000_000L;

  /**
   * A face that is worth keeping.
   *
   * @param track its number in the clip, from 0
   */
  record Chosen(Sighting sighting, int track) {}

  private static final class Track {
    final int number;
    final Changes changes;
    final List<Chosen> chosen = new ArrayList<>();
    long last;

    Track(int number, Changes changes) {
      this.number = number;
      this.changes = changes;
    }
  }

  private final CollectOptions options;
  private final UprightCrop crop;
  private final Function<Image, FaceDetector> detectors;
  private final boolean stills;
  private final Runnable searching;
  private final Map<String, Track> tracks = new LinkedHashMap<>();
  private final List<Track> over = new ArrayList<>();
  private Tracker tracker = new Tracker(new SplittableRandom(0));
  private double next;
  private long frames;
  private long searched;
  private long seen;
  private int numbers;

  /**
   * @param detectors gives the detector for a picture
   * @param stills whether frames have nothing to do with one another
   * @param searching is told before each frame that is searched
   */
  Search(
      CollectOptions options,
      Function<Image, FaceDetector> detectors,
      boolean stills,
      Runnable searching) {
    this.options = options;
    this.crop = new UprightCrop(options.size(), options.margin());
    this.detectors = detectors;
    this.stills = stills;
    this.searching = searching;
  }

  @Override
  public boolean frame(Image image, double seconds) {
    long frame = frames++;
    if (seconds < next) {
      return true;
    }
    // A little less: 0.2 s are five frames at 25 a second, though 0.2 is no binary number.
    next = seconds + options.every() - 1e-3;
    searching.run();
    searched++;
    if (stills) {
      forgetAll();
    }
    List<Face> faces = detectors.apply(image).detect(image);
    seen += faces.size();
    for (Tracked tracked : tracker.detected(faces, Math.round(seconds * SECOND))) {
      Track track = tracks.computeIfAbsent(tracked.track(), _ -> track());
      track.last = searched;
      Face face = tracked.face();
      take(track, track.changes.add(Sighting.of(crop.cut(image, face), face, seconds, frame)));
    }
    Iterator<Track> all = tracks.values().iterator();
    while (all.hasNext()) {
      Track track = all.next();
      if (searched - track.last > MISSES) {
        end(track);
        all.remove();
      }
    }
    return true;
  }

  private Track track() {
    return new Track(
        numbers++, new Changes(options.change(), options.longest(), options.leastSharpness()));
  }

  private void forgetAll() {
    tracks.values().forEach(this::end);
    tracks.clear();
    tracker = new Tracker(new SplittableRandom(0));
  }

  private static void take(Track track, Sighting ended) {
    if (ended != null) {
      track.chosen.add(new Chosen(ended, track.number));
    }
  }

  private void end(Track track) {
    take(track, track.changes.finish());
    over.add(track);
  }

  /** What was chosen, in the order of time; the search is over. */
  List<Chosen> finish() {
    tracks.values().forEach(this::end);
    tracks.clear();
    // What was seen once in a whole video is a pattern of the wallpaper, seldom a face.
    int least = stills || searched == 1 ? 1 : LEAST_SEEN;
    over.removeIf(track -> track.changes.seen() < least);
    List<Chosen> chosen = new ArrayList<>();
    over.forEach(track -> chosen.addAll(track.chosen));
    chosen.sort(
        Comparator.comparingLong((Chosen c) -> c.sighting().frame())
            .thenComparingInt(Chosen::track));
    return chosen;
  }

  long frames() {
    return frames;
  }

  long searched() {
    return searched;
  }

  long seen() {
    return seen;
  }

  /** Faces that were followed; after {@link #finish}. */
  int tracks() {
    return over.size();
  }

  /** Stretches without a frame that was good enough; after {@link #finish}. */
  int poor() {
    return over.stream().mapToInt(track -> track.changes.poor()).sum();
  }
}
