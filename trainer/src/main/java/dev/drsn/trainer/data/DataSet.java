package dev.drsn.trainer.data;

import dev.drsn.engine.DrsnException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * Labelled pictures. Nothing is decoded yet: {@link Crops} does that, and sorts out what cannot be
 * read.
 *
 * @param source where it came from, for messages
 * @param labels of the classes, at least two; a sample's label is an index of this list
 * @param samples at least one, in a fixed order
 */
public record DataSet(String source, List<String> labels, List<Sample> samples) {

  /** The name of a data set's table of samples inside its folder. */
  public static final String MANIFEST = "manifest.csv";

  /** The name of a table of faces that were collected and that nobody has labelled yet. */
  public static final String UNLABELLED = "faces.csv";

  public DataSet {
    labels = List.copyOf(labels);
    samples = List.copyOf(samples);
    if (new HashSet<>(labels).size() != labels.size()) {
      throw new DrsnException(source + " has a class twice: " + labels);
    }
    if (labels.size() < 2) {
      throw new DrsnException(
          source
              + " has "
              + (labels.isEmpty() ? "no class" : "one class, " + labels.getFirst())
              + "; there is nothing to tell apart: give every class a folder or label");
    }
    if (samples.isEmpty()) {
      throw new DrsnException(source + " has no images; put some in, or name another folder");
    }
    for (Sample sample : samples) {
      if (sample.target().length != labels.size()
          || sample.label() < 0
          || sample.label() >= labels.size()) {
        throw new IllegalArgumentException(sample.name() + " does not fit the classes " + labels);
      }
    }
  }

  /**
   * Opens a data set; classes are in alphabetical order unless the set itself orders them.
   *
   * @param path a folder with a {@value #MANIFEST}, a folder of class folders (perhaps inside
   *     {@code train}, {@code valid}, {@code test}), or a manifest
   */
  public static DataSet open(Path path) {
    return open(path, List.of());
  }

  /**
   * Opens a data set with its classes in a given order.
   *
   * @param labels every label that may occur, in the order wanted; empty to take the set's own
   * @throws DrsnException where a label occurs that is not in the list
   */
  public static DataSet open(Path path, List<String> labels) {
    DataSet data;
    if (Files.isDirectory(path)) {
      Path manifest = path.resolve(MANIFEST);
      if (!Files.exists(manifest) && Files.exists(path.resolve(UNLABELLED))) {
        throw new DrsnException(
            path
                + " has faces without labels; label them by 'drsn dataset annotate' and settle them"
                + " by 'drsn dataset agree'");
      }
      data = Files.exists(manifest) ? Manifest.read(manifest) : ClassFolders.read(path);
    } else if (Files.isRegularFile(path)) {
      if (!path.toString().toLowerCase(Locale.ROOT).endsWith(".csv")) {
        throw new DrsnException(path + " is neither a folder nor a .csv manifest of images");
      }
      data = Manifest.read(path);
    } else {
      throw new DrsnException("there is no data set " + path + "; is the path right?");
    }
    return labels.isEmpty() ? data : data.withLabels(labels);
  }

  /**
   * Writes this set as a manifest beside or above its images, so that {@link #open} finds parts,
   * subjects and targets again.
   */
  public void writeManifest(Path file) {
    Path folder = file.toAbsolutePath().normalize().getParent();
    List<Sample> relative = new ArrayList<>(samples.size());
    for (Sample s : samples) {
      if (!(s.source() instanceof ImageSource.OnDisk onDisk)) {
        throw new IllegalStateException(s.name() + " is not in a file");
      }
      String name = folder.relativize(onDisk.file().toAbsolutePath().normalize()).toString();
      String path = name.replace('\\', '/');
      relative.add(new Sample(path, s.source(), s.label(), s.target(), s.subject(), s.part()));
    }
    Manifest.write(file, labels, relative);
  }

  /** The number of classes. */
  public int classes() {
    return labels.size();
  }

  /** Samples a class. */
  public int[] counts() {
    int[] counts = new int[classes()];
    for (Sample sample : samples) {
      counts[sample.label()]++;
    }
    return counts;
  }

  /** Whether any sample is meant for this part. */
  public boolean has(Part part) {
    return samples.stream().anyMatch(s -> s.part() == part);
  }

  /** The samples of one part. */
  public DataSet part(Part part) {
    List<Sample> chosen = samples.stream().filter(s -> s.part() == part).toList();
    if (chosen.isEmpty()) {
      throw new DrsnException(source + " has no images in its part " + part);
    }
    return withSamples(chosen);
  }

  /** Whether it is known of every sample who is in it. */
  public boolean hasSubjects() {
    return samples.stream().noneMatch(s -> s.subject().isEmpty());
  }

  /** Other samples of the same classes. */
  public DataSet withSamples(List<Sample> samples) {
    return new DataSet(source, labels, samples);
  }

  /** One-hot targets, whatever the samples' own say. */
  public DataSet withHardTargets() {
    return withSamples(
        samples.stream()
            .map(s -> Sample.of(s.name(), s.source(), s.label(), classes(), s.subject(), s.part()))
            .toList());
  }

  /**
   * The same samples with classes in another order or among more classes.
   *
   * @throws DrsnException where a class of this set is not in the list
   */
  public DataSet withLabels(List<String> wanted) {
    if (wanted.equals(labels)) {
      return this;
    }
    if (!new HashSet<>(wanted).containsAll(labels)) {
      List<String> unknown = new ArrayList<>(labels);
      unknown.removeAll(wanted);
      throw new DrsnException(
          source + " has classes " + unknown + " that are not among the expected " + wanted);
    }
    int[] to = labels.stream().mapToInt(wanted::indexOf).toArray();
    List<Sample> moved = new ArrayList<>(samples.size());
    for (Sample s : samples) {
      float[] target = new float[wanted.size()];
      for (int k = 0; k < to.length; k++) {
        target[to[k]] = s.target()[k];
      }
      moved.add(new Sample(s.name(), s.source(), to[s.label()], target, s.subject(), s.part()));
    }
    return new DataSet(source, wanted, moved);
  }

  /**
   * Weights that let every class count the same: samples / (classes x samples of the class);
   * classes without samples weigh 0.
   */
  public float[] balancedWeights() {
    int[] counts = counts();
    int present = 0;
    for (int count : counts) {
      present += count > 0 ? 1 : 0;
    }
    float[] weights = new float[counts.length];
    for (int k = 0; k < counts.length; k++) {
      weights[k] = counts[k] == 0 ? 0 : samples.size() / ((float) present * counts[k]);
    }
    return weights;
  }
}
