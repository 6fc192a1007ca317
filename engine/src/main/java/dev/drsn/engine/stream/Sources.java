package dev.drsn.engine.stream;

import dev.drsn.engine.DrsnException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Opens everything that a stream's address may name, but for synthetic cameras, which need somebody
 * who draws.
 *
 * @param channels of the pictures, 1 or 3
 * @param patience nanoseconds that opening a source, and each read, may take
 */
public record Sources(int channels, long patience) implements FrameSource.Opener {

  @Override
  public FrameSource open(StreamSpec spec, Deadline deadline) {
    Address address = Address.of(spec.url());
    return switch (address.kind()) {
      case RTSP, HTTP -> new VideoSource(address, channels, deadline, patience);
      case WEBCAM -> {
        if (!Files.exists(Path.of(address.location()))) {
          throw new DrsnException("there is no webcam " + address.location() + "; plug it in");
        }
        yield new VideoSource(address, channels, deadline, patience);
      }
      case FILE -> {
        Path path = Path.of(address.location());
        if (!Files.exists(path)) {
          throw new DrsnException("there is no file " + path + "; is the path right?");
        }
        yield Files.isDirectory(path)
            ? new ImageSource(path, channels)
            : new VideoSource(address, channels, deadline, patience);
      }
      case SYNTHETIC ->
          throw new DrsnException(spec.url() + ": nobody here draws synthetic cameras");
    };
  }
}
