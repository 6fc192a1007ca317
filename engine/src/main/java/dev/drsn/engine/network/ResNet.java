package dev.drsn.engine.network;

import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;

/**
 * Residual networks of 18 layers (He et al. 2016), with a gate in each residual branch or none.
 *
 * <p>The paper's block, post-activation: {@code y = relu(gate(bn2(conv2(relu(bn1(conv1 x))))) +
 * shortcut(x))}. Zhao's, pre-activation: {@code y = gate(conv2(relu(bn2(conv1(relu(bn1 x)))))) +
 * shortcut(x)}. Four stages of two blocks at width, 2, 4 and 8 times width; stages 2 to 4 begin
 * with stride 2 and a 1x1 projection. Names are torchvision's, so its weights fit as they are;
 * gates are {@code layerS.B.gate}.
 */
final class ResNet {

  private static final int STAGES = 4;
  private static final int BLOCKS = 2;
  private static final Window THREE = Window.square(3, 1, 1);

  private final NetworkSpec spec;
  private final NetworkBuilder net = new NetworkBuilder();

  private ResNet(NetworkSpec spec) {
    this.spec = spec;
  }

  static Network build(NetworkSpec spec) {
    return new ResNet(spec).build();
  }

  private Network build() {
    int x = stem(net.input("input", spec.input()));
    for (int stage = 1; stage <= STAGES; stage++) {
      int channels = spec.width() << (stage - 1);
      for (int block = 0; block < BLOCKS; block++) {
        int stride = stage > 1 && block == 0 ? 2 : 1;
        String name = "layer" + stage + "." + block;
        x =
            spec.preactivation()
                ? preactivationBlock(name, x, channels, stride)
                : block(name, x, channels, stride);
      }
    }
    if (spec.preactivation()) {
      x = net.relu("norm.relu", net.batchNorm("norm", x));
    }
    int embedding = net.add("avgpool", new Op.GlobalAverage(), x);
    int logits = net.add("fc", new Op.Linear(spec.classes(), true, false), embedding);
    return net.build(logits, embedding);
  }

  private int stem(int x) {
    Window window = spec.stem() == Stem.IMAGE ? Window.square(7, 2, 3) : THREE;
    int y = net.convolution("conv1", x, spec.width(), window);
    y = net.relu("relu", net.batchNorm("bn1", y));
    if (spec.stem() != Stem.FULL) {
      y = net.add("maxpool", new Op.MaxPool(Window.square(3, 2, 1)), y);
    }
    return y;
  }

  private int block(String name, int x, int channels, int stride) {
    int y = net.convolution(name + ".conv1", x, channels, Window.square(3, stride, 1));
    y = net.relu(name + ".relu1", net.batchNorm(name + ".bn1", y));
    y = net.convolution(name + ".conv2", y, channels, THREE);
    y = gate(name + ".gate", net.batchNorm(name + ".bn2", y), channels);
    int shortcut = x;
    if (projects(x, channels, stride)) {
      shortcut = net.convolution(name + ".downsample.0", x, channels, Window.square(1, stride, 0));
      shortcut = net.batchNorm(name + ".downsample.1", shortcut);
    }
    return net.relu(name + ".relu2", net.add(name + ".add", new Op.Add(false), y, shortcut));
  }

  private int preactivationBlock(String name, int x, int channels, int stride) {
    int y = net.relu(name + ".relu1", net.batchNorm(name + ".bn1", x));
    y = net.convolution(name + ".conv1", y, channels, Window.square(3, stride, 1));
    y = net.relu(name + ".relu2", net.batchNorm(name + ".bn2", y));
    y = net.convolution(name + ".conv2", y, channels, THREE);
    y = gate(name + ".gate", y, channels);
    int shortcut = x;
    if (projects(x, channels, stride)) {
      shortcut = net.convolution(name + ".downsample.0", x, channels, Window.square(1, stride, 0));
    }
    return net.add(name + ".add", new Op.Add(false), y, shortcut);
  }

  private boolean projects(int x, int channels, int stride) {
    return stride != 1 || net.shape(x).c() != channels;
  }

  private int gate(String name, int x, int channels) {
    int hidden = Math.max(1, channels / spec.reduction());
    Norm norm = spec.gateNorm() ? Norm.RUNNING : Norm.NONE;
    return switch (spec.architecture().gate()) {
      case NONE -> x;
      case SQUEEZE_EXCITE -> net.add(name, new Op.SqueezeExcite(hidden, false, false), x);
      case SHRINK_SHARED -> net.add(name, new Op.Shrinkage(hidden, false, norm, false, false), x);
      case SHRINK_CHANNEL_WISE ->
          net.add(name, new Op.Shrinkage(hidden, true, norm, false, false), x);
    };
  }
}
