package dev.drsn.engine.network;

import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;

/**
 * VGG16, configuration D (Simonyan and Zisserman 2015): thirteen 3x3 convolutions with ReLU in five
 * stages, each ended by 2x2 max pooling, then three linear layers. Names are torchvision's ({@code
 * features.0} to {@code classifier.6}). The embedding is fc7, the second linear layer after its
 * ReLU: 4096 numbers at width 64. At 224 the adaptive pooling in between is the identity.
 */
final class Vgg16 {

  /** Convolutions a stage and their channels as multiples of the width. */
  private static final int[][] STAGES = {{2, 1}, {2, 2}, {3, 4}, {3, 8}, {3, 8}};

  private Vgg16() {}

  static Network build(NetworkSpec spec) {
    NetworkBuilder net = new NetworkBuilder();
    int x = net.input("input", spec.input());
    int index = 0;
    for (int[] stage : STAGES) {
      for (int i = 0; i < stage[0]; i++) {
        Op conv = new Op.Convolution(stage[1] * spec.width(), Window.square(3, 1, 1), true);
        x = net.add("features." + index++, conv, x);
        x = net.relu("features." + index++, x);
      }
      x = net.add("features." + index++, new Op.MaxPool(Window.square(2, 2, 0)), x);
    }
    x = net.add("avgpool", new Op.AdaptiveAveragePool(7, 7), x);
    int hidden = 64 * spec.width();
    x = net.add("classifier.0", new Op.Linear(hidden, true, false), x);
    x = net.relu("classifier.1", x);
    x = net.add("classifier.3", new Op.Linear(hidden, true, false), x);
    x = net.relu("classifier.4", x);
    int embedding = x;
    int logits = net.add("classifier.6", new Op.Linear(spec.classes(), true, false), x);
    return net.build(logits, embedding);
  }
}
