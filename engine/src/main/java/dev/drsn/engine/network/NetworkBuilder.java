package dev.drsn.engine.network;

import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Writes a network down node by node; each call returns the value that the node makes. */
public final class NetworkBuilder {

  private final List<Network.Input> inputs = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Shape> shapes = new ArrayList<>();

  /** A value given from outside; {@code shape} is one sample's. */
  public int input(String name, Shape shape) {
    inputs.add(new Network.Input(name, shapes.size(), shape.withN(1)));
    shapes.add(shape.withN(1));
    return shapes.size() - 1;
  }

  /** One operation; throws where the inputs' shapes do not fit it. */
  public int add(String name, Op op, Integer... values) {
    List<Integer> read = List.of(values);
    shapes.add(op.output(read.stream().map(shapes::get).toList()));
    nodes.add(new Node(name, op, read, shapes.size() - 1));
    return shapes.size() - 1;
  }

  /** Convolution without bias, as in front of a batch normalisation. */
  public int convolution(String name, int x, int channels, Window window) {
    return add(name, new Op.Convolution(channels, window, false), x);
  }

  /** Batch normalisation by the running statistics; training plans switch it to the batch's. */
  public int batchNorm(String name, int x) {
    return add(name, new Op.BatchNorm(Norm.RUNNING, false, false), x);
  }

  public int relu(String name, int x) {
    return add(name, new Op.Relu(), x);
  }

  /** A value's shape for one sample. */
  public Shape shape(int value) {
    return shapes.get(value);
  }

  /** The network so far. */
  public Network build(int output, int embedding) {
    return new Network(inputs, nodes, output, embedding);
  }
}
