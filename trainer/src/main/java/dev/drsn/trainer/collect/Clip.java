package dev.drsn.trainer.collect;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.stream.Deadline;
import dev.drsn.engine.stream.FrameSource;
import dev.drsn.engine.stream.Sources;
import dev.drsn.engine.stream.StreamSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Pictures that follow one another: a video, or the pictures that lie side by side in one folder,
 * in the order of their names, one a second.
 *
 * @param path of the video or folder
 * @param pictures of the folder; empty for a video
 */
record Clip(Path path, List<Path> pictures) {

  private static final Set<String> PICTURES =
      Set.of("png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp");
  private static final Set<String> VIDEOS =
      Set.of("mp4", "m4v", "mov", "mkv", "webm", "avi", "gif", "mpg", "mpeg", "ts", "wmv", "flv");
  private static final long PATIENCE = Duration.ofSeconds(30).toNanos();

  Clip {
    pictures = List.copyOf(pictures);
  }

  /** What gets the frames of a clip, one after the other; says whether it wants more. */
  interface Frames {
    boolean frame(Image image, double seconds);
  }

  /**
   * The clips that are named: files themselves; in folders, and in those below, each video and each
   * folder with pictures. In the order given, those of a folder by name.
   *
   * @throws DrsnException where something is not there, or has neither videos nor pictures
   */
  static List<Clip> of(List<Path> named) {
    List<Clip> clips = new ArrayList<>();
    for (Path path : named) {
      if (Files.isRegularFile(path)) {
        clips.add(
            PICTURES.contains(ending(path))
                ? new Clip(path, List.of(path))
                : new Clip(path, List.of()));
      } else if (Files.isDirectory(path)) {
        List<Clip> inside = inside(path);
        if (inside.isEmpty()) {
          throw new DrsnException(path + " has neither videos nor pictures; name another folder");
        }
        clips.addAll(inside);
      } else {
        throw new DrsnException("there is no file or folder " + path + "; is the path right?");
      }
    }
    return clips;
  }

  private static List<Clip> inside(Path folder) {
    TreeMap<Path, List<Path>> found = new TreeMap<>();
    try (Stream<Path> below = Files.walk(folder)) {
      for (Path file : below.filter(Files::isRegularFile).sorted().toList()) {
        if (file.getFileName().toString().startsWith(".")) {
          continue;
        }
        if (VIDEOS.contains(ending(file))) {
          found.put(file, List.of());
        } else if (PICTURES.contains(ending(file))) {
          found.computeIfAbsent(file.getParent(), _ -> new ArrayList<>()).add(file);
        }
      }
    } catch (IOException e) {
      throw new DrsnException(folder + " cannot be listed: " + e.getMessage(), e);
    }
    List<Clip> clips = new ArrayList<>();
    found.forEach((path, pictures) -> clips.add(new Clip(path, pictures)));
    return clips;
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.substring(name.lastIndexOf('.') + 1);
  }

  boolean isVideo() {
    return pictures.isEmpty();
  }

  /** The digest of a video's bytes, or of the digests of the pictures. */
  String sha256() {
    MessageDigest digest = Keys.sha256();
    try {
      if (!isVideo()) {
        for (Path picture : pictures) {
          String one = Keys.sha256(Files.readAllBytes(picture));
          digest.update(one.getBytes(StandardCharsets.US_ASCII));
        }
        return HexFormat.of().formatHex(digest.digest());
      }
      try (InputStream in = Files.newInputStream(path)) {
        byte[] part = new byte[1 << 20];
        for (int n = in.read(part); n >= 0; n = in.read(part)) {
          digest.update(part, 0, n);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new DrsnException(path + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads all frames.
   *
   * @param broken is told of pictures that cannot be read
   * @return damaged frames and pictures, which were left out
   * @throws DrsnException where a video cannot be read, or no picture can
   */
  long read(Frames frames, Consumer<String> broken) {
    return isVideo() ? video(frames) : folder(frames, broken);
  }

  private long video(Frames frames) {
    // A name of digits would be a webcam's: files are named by their whole path.
    StreamSpec spec = StreamSpec.of("clip", path.toAbsolutePath().normalize().toString());
    try (Deadline deadline = new Deadline();
        FrameSource source = new Sources(3, PATIENCE).open(spec, deadline)) {
      FrameSource.Shot shot = source.read();
      while (shot != null && frames.frame(shot.image(), shot.position())) {
        shot = source.read();
      }
      return source.corrupt();
    }
  }

  private long folder(Frames frames, Consumer<String> broken) {
    long unreadable = 0;
    double seconds = 0;
    for (Path picture : pictures) {
      Image image;
      try {
        image = Image.read(picture);
      } catch (DrsnException e) {
        if (pictures.size() == 1) {
          throw e;
        }
        broken.accept(e.getMessage());
        unreadable++;
        seconds++;
        continue;
      }
      if (!frames.frame(image, seconds++)) {
        return unreadable;
      }
    }
    if (unreadable == pictures.size()) {
      throw new DrsnException(path + ": none of its pictures can be read; copy them again");
    }
    return unreadable;
  }
}
