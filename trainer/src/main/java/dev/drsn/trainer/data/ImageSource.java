package dev.drsn.trainer.data;

import dev.drsn.engine.image.Image;
import java.nio.file.Path;

/** Where a sample's picture is. */
public sealed interface ImageSource {

  /** The picture; a {@link dev.drsn.engine.DrsnException} names a file that cannot be read. */
  Image read();

  /** An image file. */
  record OnDisk(Path file) implements ImageSource {
    @Override
    public Image read() {
      return Image.read(file);
    }
  }

  /** A picture that was drawn or decoded before. */
  record InMemory(Image image) implements ImageSource {
    @Override
    public Image read() {
      return image;
    }
  }
}
