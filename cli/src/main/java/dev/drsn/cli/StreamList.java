package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.stream.Address;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSpec;
import dev.drsn.engine.stream.StreamsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The streams that a command line names, in part by files that list them. When such a file changes
 * while the program runs, streams come and go with it.
 */
final class StreamList {

  private final List<String> sources;
  private final Box roi;
  private final double fps;
  private final StreamSpec.Policy policy;
  private final Map<Path, FileTime> changed = new HashMap<>();
  private List<StreamSpec> specs;

  /**
   * Reads the list.
   *
   * @param roi of streams that are named on the command line, or null
   * @param fps of these
   * @param policy of these
   */
  StreamList(List<String> sources, Box roi, double fps, StreamSpec.Policy policy) {
    this.sources = List.copyOf(sources);
    this.roi = roi;
    this.fps = fps;
    this.policy = policy;
    this.specs = read();
  }

  /** The streams as of now. */
  List<StreamSpec> specs() {
    return specs;
  }

  private List<StreamSpec> read() {
    List<StreamSpec> read = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (String source : sources) {
      if (StreamsFile.is(source)) {
        Path file = Path.of(source);
        changed.put(file, time(file));
        for (StreamSpec spec : StreamsFile.read(file)) {
          if (!ids.add(spec.id())) {
            throw new DrsnException(
                file + ": there are two streams " + spec.id() + "; name one of them anew");
          }
          read.add(spec);
        }
      } else {
        read.add(new StreamSpec(unused(name(source), ids), source, roi, fps, policy, ""));
      }
    }
    return read;
  }

  /** A name for a source that its user gave none. */
  private static String name(String source) {
    Address address = Address.of(source);
    return switch (address.kind()) {
      case FILE -> {
        Path file = Path.of(address.location()).toAbsolutePath().normalize().getFileName();
        String name = file == null ? "" : file.toString().replaceFirst("\\.[^.]+$", "");
        String plain = name.replaceAll("[^\\p{L}\\p{N}._-]", "-").replaceFirst("^[._-]+", "");
        yield plain.isEmpty() ? "stream" : plain.substring(0, Math.min(48, plain.length()));
      }
      case RTSP, HTTP -> "camera";
      case WEBCAM -> "webcam";
      case SYNTHETIC -> "synthetic";
    };
  }

  private static String unused(String name, Set<String> ids) {
    String id = name;
    for (int i = 2; !ids.add(id); i++) {
      id = name + "-" + i;
    }
    return id;
  }

  private static FileTime time(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }

  /**
   * Adds and removes streams if a file has changed. A changed stream begins anew. Where a file
   * cannot be read everything goes on as before.
   *
   * @param say gets what was done and what could not be, a line each
   */
  void follow(StreamPipeline pipeline, Consumer<String> say) {
    if (changed.entrySet().stream().allMatch(each -> time(each.getKey()).equals(each.getValue()))) {
      return;
    }
    List<StreamSpec> before = specs;
    try {
      specs = read();
    } catch (DrsnException e) {
      say.accept(e.getMessage() + "; the streams go on as before");
      return;
    }
    int gone = 0;
    for (StreamSpec spec : before) {
      if (!specs.contains(spec) && pipeline.remove(spec.id())) {
        gone++;
      }
    }
    int come = 0;
    for (StreamSpec spec : specs) {
      if (!before.contains(spec)) {
        try {
          pipeline.add(spec);
          come++;
        } catch (DrsnException e) {
          // One of that name was added by a client.
          say.accept(e.getMessage());
        }
      }
    }
    say.accept("the list of streams has changed: " + come + " begun, " + gone + " ended");
  }
}
