package dev.drsn.engine.stream;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The streams as videos with what was found drawn into them: {@code ID.mp4} for each, in a new
 * folder. Shows persons, so nothing makes one unless it was asked for. Frames that come faster than
 * they are written are left out.
 */
public final class VideoSink implements PredictionSink {

  private final Path folder;
  private final List<String> labels;
  private final Map<String, Video> videos = new HashMap<>();

  private record Video(VideoWriter writer, Instant began) {}

  /**
   * Creates the folder.
   *
   * @param labels of the model
   * @throws DrsnException where it exists or cannot be made
   */
  public VideoSink(Path folder, List<String> labels) {
    this.folder = folder;
    this.labels = List.copyOf(labels);
    if (Files.exists(folder)) {
      throw new DrsnException(folder + " exists; name a new folder");
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new DrsnException("cannot make " + folder + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String name() {
    return "video";
  }

  @Override
  public void write(List<StreamResult> results) throws IOException {
    for (StreamResult result : results) {
      Video video = videos.get(result.stream());
      if (video == null) {
        Path file = folder.resolve(result.stream() + ".mp4");
        video =
            new Video(new VideoWriter(file, result.width(), result.height()), result.captured());
        videos.put(result.stream(), video);
      }
      long millis = Duration.between(video.began, result.captured()).toMillis();
      video.writer.add(Annotation.draw(result, labels), millis);
    }
  }

  @Override
  public boolean mustKeep() {
    return false;
  }

  @Override
  public boolean wantsImages() {
    return true;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (Video video : videos.values()) {
      try {
        video.writer.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
