package dev.drsn.trainer.collect;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.file.OnlyOne;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import dev.drsn.trainer.data.DataSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes a {@link FaceSet} of videos and folders of pictures. A clip's faces get into the set
 * together, when the whole clip is searched: whatever ends the work before costs that clip's search
 * and nothing else. The same command goes on where it stopped; more clips may be added later.
 *
 * <p>The same clips, options and seed give the same files to the byte.
 */
public final class Collector {

  /** Is told how it goes, from the thread that collects. */
  public interface Listener {
    /** One more frame is about to be searched. */
    void searching();

    /** A remark, in one line. */
    void note(String line);
  }

  /**
   * What became of it.
   *
   * @param sources of the set that are searched, also earlier
   * @param faces of the set
   * @param failed clips that could not be read
   * @param finished whether nothing stopped it
   */
  public record Result(
      List<SourceRow> sources, int faces, int subjects, int failed, boolean finished) {}

  private final Path folder;
  private final CollectOptions options;
  private final Subjects subjects;
  private final Function<Image, FaceDetector> detectors;
  private final BooleanSupplier stop;
  private final Listener listener;
  private final List<SourceRow> sources = new ArrayList<>();
  private final List<FaceRow> rows = new ArrayList<>();
  private final List<DifferenceHash> hashes = new ArrayList<>();

  /**
   * @param folder of the set, new or begun before
   * @param detectors gives the detector for a picture
   * @param stop whether the work is to end as soon as that goes
   */
  public Collector(
      Path folder,
      CollectOptions options,
      Subjects subjects,
      Function<Image, FaceDetector> detectors,
      BooleanSupplier stop,
      Listener listener) {
    this.folder = folder.toAbsolutePath().normalize();
    this.options = options;
    this.subjects = subjects;
    this.detectors = detectors;
    this.stop = stop;
    this.listener = listener;
  }

  /**
   * Searches these.
   *
   * @param wantedSeed of the random names, or null for the set's own
   * @param freshSeed of a new set where none is wanted
   * @param strict whether a clip or picture that cannot be read is an error
   * @throws DrsnException where nothing has a face, or the only clip cannot be read
   */
  public Result collect(List<Path> from, Long wantedSeed, long freshSeed, boolean strict) {
    List<Clip> clips = Clip.of(from);
    subjects.check(clips);
    boolean begun = Files.exists(folder);
    if (begun && !Files.isRegularFile(buildFile()) && !isEmpty()) {
      throw new DrsnException(folder + " exists and is no set of faces; name a new folder");
    }
    makeFolders();
    try (OnlyOne _ =
        OnlyOne.at(
            folder.resolve(FaceSet.PRIVATE).resolve("build.lock"),
            folder + " is being built by another process; wait for it")) {
      SequencedMap<String, String> entries = options.entries();
      entries.put("subjects", subjects.toString());
      Keys keys = new Keys(BuildFile.seed(buildFile(), entries, wantedSeed, freshSeed));
      load();
      int failed = 0;
      boolean finished = true;
      for (Clip clip : clips) {
        finished = !stop.getAsBoolean();
        if (!finished) {
          break;
        }
        try {
          finished = add(clip, keys, strict, clips.size() == 1);
        } catch (DrsnException e) {
          if (strict || clips.size() == 1) {
            throw e;
          }
          listener.note(e.getMessage());
          failed++;
        }
        if (!finished) {
          break;
        }
      }
      if (finished && rows.isEmpty()) {
        throw noFaces(clips.size(), failed);
      }
      Set<String> names = rows.stream().map(FaceRow::subject).collect(Collectors.toSet());
      return new Result(List.copyOf(sources), rows.size(), names.size(), failed, finished);
    } finally {
      if (!begun && rows.isEmpty()) {
        removeBegun();
      }
    }
  }

  private static DrsnException noFaces(int clips, int failed) {
    return new DrsnException(
        "no faces in any of the "
            + clips
            + " sources"
            + (failed > 0 ? ", " + failed + " of which cannot be read" : "")
            + "; try --face-model, a smaller --min-face, or other videos");
  }

  private Path buildFile() {
    return folder.resolve(FaceSet.PRIVATE).resolve("build.yaml");
  }

  private boolean isEmpty() {
    try (Stream<Path> inside = Files.list(folder)) {
      return inside.findAny().isEmpty();
    } catch (IOException e) {
      throw new DrsnException(folder + " exists and is no set of faces; name a new folder", e);
    }
  }

  private void makeFolders() {
    try {
      Files.createDirectories(folder.resolve(FaceSet.PRIVATE));
      Files.createDirectories(folder.resolve(FaceSet.FACES));
    } catch (IOException e) {
      throw new DrsnException("cannot make " + folder + ": " + e.getMessage(), e);
    }
  }

  /** A new folder into which nothing came is as if it had never been. */
  private void removeBegun() {
    try {
      Files.deleteIfExists(folder.resolve(FaceSet.PRIVATE).resolve("sources.csv"));
      Files.deleteIfExists(folder.resolve(FaceSet.PRIVATE).resolve("build.lock"));
      Files.deleteIfExists(buildFile());
      Files.deleteIfExists(folder.resolve(DataSet.UNLABELLED));
      Files.deleteIfExists(folder.resolve(FaceSet.PRIVATE));
      Files.deleteIfExists(folder.resolve(FaceSet.FACES));
      Files.deleteIfExists(folder);
    } catch (IOException _) {
      // Somebody has put something in: then it stays.
    }
  }

  /** What is there already; faces of clips that were not searched to their end do not count. */
  private void load() {
    if (!Files.exists(folder.resolve(FaceSet.PRIVATE).resolve("sources.csv"))) {
      return;
    }
    sources.addAll(FaceSet.sources(folder));
    Set<String> done = new HashSet<>();
    sources.forEach(source -> done.add(source.id()));
    for (FaceRow row : FaceSet.rows(folder)) {
      if (done.contains(row.source())) {
        rows.add(row);
        hashes.add(DifferenceHash.parse(row.dhash()));
      }
    }
  }

  /** Searches a clip; says whether it came to its end. */
  private boolean add(Clip clip, Keys keys, boolean strict, boolean only) {
    String sha256 = clip.sha256();
    for (SourceRow source : sources) {
      if (source.sha256().equals(sha256)) {
        if (!source.path().equals(clip.path().toString())) {
          listener.note(clip.path() + " is the same as " + source.path() + " and was left out");
        }
        return true;
      }
    }
    boolean stills = options.stills() && !clip.isVideo();
    Search search = new Search(options, detectors, stills, listener::searching);
    boolean[] stopped = new boolean[1];
    long unreadable =
        clip.read(
            (image, seconds) -> {
              stopped[0] = stop.getAsBoolean();
              return !stopped[0] && search.frame(image, seconds);
            },
            line -> {
              if (strict) {
                throw new DrsnException(line);
              }
              listener.note("left out: " + line);
            });
    if (stopped[0]) {
      return false;
    }
    if (search.frames() == 0) {
      throw new DrsnException(clip.path() + " has no pictures; copy it again");
    }
    commit(clip, sha256, search, unreadable, keys, only);
    return true;
  }

  private void commit(
      Clip clip, String sha256, Search search, long unreadable, Keys keys, boolean only) {
    String id = "v" + keys.name("source", sha256, 10);
    int before = rows.size();
    int alike = 0;
    for (Search.Chosen chosen : search.finish()) {
      Sighting face = chosen.sighting();
      DifferenceHash hash = DifferenceHash.of(face.crop());
      if (hashes.stream().anyMatch(h -> h.distance(hash) <= options.alike())) {
        alike++;
        continue;
      }
      byte[] file = Keys.file(face.crop());
      String name =
          keys.name("face", sha256 + " " + face.frame() + " " + chosen.track(), 12) + ".png";
      AtomicFile.write(folder.resolve(FaceSet.FACES).resolve(name), out -> out.write(file));
      String subject = "s" + keys.name("subject", subjects.key(clip, sha256, chosen.track()), 10);
      Quality quality = face.quality();
      hashes.add(hash);
      rows.add(
          new FaceRow(
              FaceSet.FACES + "/" + name,
              Keys.sha256(file),
              hash.toString(),
              subject,
              id,
              face.frame(),
              face.seconds(),
              face.face().box(),
              face.face().score(),
              quality.sharpness(),
              quality.brightness(),
              quality.contrast(),
              quality.roll(),
              quality.turn()));
    }
    int kept = rows.size() - before;
    sources.add(
        new SourceRow(
            id,
            clip.path().toString(),
            sha256,
            search.frames(),
            search.searched(),
            search.seen(),
            search.tracks(),
            kept,
            search.poor(),
            alike,
            unreadable));
    // In this order: lines of faces whose source is not listed are not counted.
    FaceSet.write(folder, rows);
    FaceSet.writeSources(folder, sources);
    if (kept == 0 && only && rows.isEmpty()) {
      throw new DrsnException(clip.path() + nothing(search, alike));
    }
    if (kept == 0) {
      listener.note(clip.path() + nothing(search, alike));
    }
  }

  private static String nothing(Search search, int alike) {
    if (search.seen() == 0) {
      return " has no faces in its "
          + search.searched()
          + " frames that were searched; try --face-model or a smaller --min-face";
    }
    return " gives no faces: of "
        + search.seen()
        + " found, none was good enough ("
        + search.poor()
        + " dark or blurred, "
        + alike
        + " like others)";
  }
}
