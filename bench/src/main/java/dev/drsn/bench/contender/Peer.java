package dev.drsn.bench.contender;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/** The engines that drsn is measured against. */
public enum Peer {
  ONNXRUNTIME("onnxruntime", false),
  LIBTORCH("libtorch", true);

  /**
   * The environment that peers are at their best in. libtorch gives every large block back to the
   * system and asks for it anew unless malloc is told otherwise; blocks above 64 MB stay only in
   * the main arena, and huge pages suit them. OpenBLAS's threads and OpenMP's would fight for the
   * processors: its small products run on one.
   */
  public static final Map<String, String> SETTINGS =
      Map.of(
          "GLIBC_TUNABLES", "glibc.malloc.hugetlb=1",
          "MALLOC_ARENA_MAX", "1",
          "MALLOC_MMAP_THRESHOLD_", "4294967296",
          "MALLOC_TRIM_THRESHOLD_", "17179869184",
          "MALLOC_TOP_PAD_", "268435456",
          "OPENBLAS_NUM_THREADS", "1");

  private final String label;
  private final boolean trains;

  Peer(String label, boolean trains) {
    this.label = label;
    this.trains = trains;
  }

  public static Optional<Peer> of(String label) {
    return Arrays.stream(values()).filter(peer -> peer.label.equals(label)).findFirst();
  }

  public static String names() {
    return Arrays.stream(values()).map(Peer::label).collect(Collectors.joining(", "));
  }

  /** All that can do this. */
  public static Set<Peer> all(boolean training) {
    Set<Peer> all = EnumSet.allOf(Peer.class);
    all.removeIf(peer -> training && !peer.trains);
    return all;
  }

  public String label() {
    return label;
  }

  public boolean trains() {
    return trains;
  }

  /** This peer with a case loaded, in each form that may be its fastest. */
  public List<Contender> forms(Case of, boolean training) {
    return switch (this) {
      case ONNXRUNTIME -> List.of(new OnnxInference(of));
      case LIBTORCH -> training ? TorchTraining.forms(of) : TorchInference.forms(of);
    };
  }

  /** The version on the class path. */
  public String version() {
    return switch (this) {
      case ONNXRUNTIME -> OrtEnvironment.getEnvironment().getVersion();
      case LIBTORCH -> presetsVersion();
    };
  }

  private static String presetsVersion() {
    try (InputStream in =
        Peer.class.getResourceAsStream("/META-INF/maven/org.bytedeco/pytorch/pom.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
