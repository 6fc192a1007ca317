package dev.drsn.bench;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The engines that drsn is measured against. */
enum Peer {
  ONNXRUNTIME("onnxruntime", false),
  LIBTORCH("libtorch", true);

  private final String label;
  private final boolean trains;

  Peer(String label, boolean trains) {
    this.label = label;
    this.trains = trains;
  }

  static Optional<Peer> of(String label) {
    return Arrays.stream(values()).filter(peer -> peer.label.equals(label)).findFirst();
  }

  static String names() {
    return Arrays.stream(values()).map(Peer::label).collect(Collectors.joining(", "));
  }

  /** All that can do this. */
  static Set<Peer> all(boolean training) {
    Set<Peer> all = EnumSet.allOf(Peer.class);
    all.removeIf(peer -> training && !peer.trains);
    return all;
  }

  String label() {
    return label;
  }

  boolean trains() {
    return trains;
  }

  /** This peer with a case loaded, in each form that may be its fastest. */
  List<Contender> forms(Case of, boolean training) {
    return switch (this) {
      case ONNXRUNTIME -> List.of(new OnnxInference(of));
      case LIBTORCH -> training ? TorchTraining.forms(of) : TorchInference.forms(of);
    };
  }
}
