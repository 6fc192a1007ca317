package dev.drsn.engine.cpu;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.tensor.Shape;

/**
 * Linear layer: {@code y[n,k] = relu(b[k] + sum over d of x[n,d] w[k,d])}. It is the {@link
 * Convolution} whose window is the whole image, down to the order of w: D is C H W. Its stride is
 * the image too, so that each pixel is a phase of its own in the data gradient and dy needs no
 * halo. Tiles are made of samples.
 */
final class Linear implements Kernel {

  private final Convolution convolution;

  Linear(Op.Linear op, Layouts layouts, Workers workers, Choice choice) {
    Shape in = layouts.x()[0].shape();
    Window window = new Window(in.h(), in.w(), in.h(), in.w(), 0, 0);
    convolution =
        new Convolution(
            new Op.Convolution(op.outputs(), window, op.bias(), false, op.relu()),
            layouts,
            workers,
            choice);
  }

  @Override
  public long scratchSize() {
    return convolution.scratchSize();
  }

  @Override
  public String algorithm() {
    return convolution.algorithm();
  }

  @Override
  public void load(Operands operands) {
    convolution.load(operands);
  }

  @Override
  public void forward(Operands operands, int n) {
    convolution.forward(operands, n);
  }

  @Override
  public void backward(Operands operands, int n) {
    convolution.backward(operands, n);
  }
}
