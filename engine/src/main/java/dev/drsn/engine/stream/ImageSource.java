package dev.drsn.engine.stream;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The pictures of a folder in the order of their names, one a second. Those that cannot be read are
 * left out and counted.
 */
final class ImageSource implements FrameSource {

  private static final List<String> ENDINGS =
      List.of(".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp");

  private final Iterator<Path> files;
  private final int channels;
  private double position;
  private long corrupt;
  private volatile boolean cancelled;

  ImageSource(Path folder, int channels) {
    this.channels = channels;
    try (Stream<Path> below = Files.list(folder)) {
      List<Path> found = below.filter(ImageSource::isPicture).sorted().toList();
      if (found.isEmpty()) {
        throw new DrsnException("there are no pictures in " + folder + "; name another folder");
      }
      files = found.iterator();
    } catch (IOException e) {
      throw new DrsnException(folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !name.startsWith(".") && ENDINGS.stream().anyMatch(name::endsWith);
  }

  @Override
  public Shot read() {
    while (files.hasNext()) {
      if (cancelled) {
        throw new DrsnException("reading the pictures was called off");
      }
      Path file = files.next();
      double at = position++;
      try {
        Image image = Image.read(file);
        return new Shot(channels == 1 ? image.toGrey() : image.toRgb(), at);
      } catch (DrsnException _) {
        corrupt++;
      }
    }
    return null;
  }

  @Override
  public long corrupt() {
    return corrupt;
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
