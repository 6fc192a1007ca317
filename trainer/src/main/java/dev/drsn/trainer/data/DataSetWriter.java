package dev.drsn.trainer.data;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes a data set's folder: images in class folders (inside folders of their parts, where they
 * have any) and the manifest. All of it is made beside the target and takes its name when it is
 * finished; a folder that exists is never touched.
 */
public final class DataSetWriter implements AutoCloseable {
  private final Path out;
  private final Path aside;
  private final List<String> labels;
  private final List<Sample> samples = new ArrayList<>();

  /** Prepares a data set of these classes; {@link #finish()} makes it appear. */
  public DataSetWriter(Path out, List<String> labels) {
    this.out = out.toAbsolutePath().normalize();
    this.labels = List.copyOf(labels);
    for (String label : labels) {
      if (label.isBlank() || label.startsWith(".") || label.matches(".*[/\\\\:\\p{Cntrl}].*")) {
        throw new DrsnException("a class cannot be called '" + label + "': it names a folder");
      }
    }
    if (Files.exists(this.out)) {
      throw new DrsnException(out + " exists already; name a new folder, or remove that one");
    }
    Path folder = this.out.getParent();
    aside = folder.resolve("." + this.out.getFileName() + "." + UUID.randomUUID() + ".partial");
    try {
      Files.createDirectories(aside);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /**
   * Adds an image file as it is.
   *
   * @param name of the file in its class folder
   * @param target a probability a class
   * @param subject who is in it, or empty
   */
  public void add(Part part, String name, byte[] file, int label, float[] target, String subject) {
    String path = (part == Part.NONE ? "" : part + "/") + labels.get(label) + "/" + name;
    try {
      Path to = aside.resolve(path);
      Files.createDirectories(to.getParent());
      Files.write(to, file);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
    ImageSource source = new ImageSource.OnDisk(out.resolve(path));
    samples.add(new Sample(path, source, label, target, subject, part));
  }

  /** Writes the manifest and gives the folder its name. */
  public DataSet finish() {
    DataSet data = new DataSet(out.toString(), labels, samples);
    Manifest.write(aside.resolve(DataSet.MANIFEST), labels, samples);
    try {
      Files.move(aside, out);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
    return data;
  }

  private DrsnException cannotWrite(IOException e) {
    String reason = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    return new DrsnException("cannot write " + out + ": " + reason + "; nothing is there now", e);
  }

  /** Removes what was made but not finished. */
  @Override
  public void close() {
    if (Files.exists(aside)) {
      try (Stream<Path> made = Files.walk(aside)) {
        for (Path file : made.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new DrsnException("cannot remove " + aside + ": " + e.getMessage(), e);
      }
    }
  }
}
