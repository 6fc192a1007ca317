package dev.drsn.bench.contender;

import static org.bytedeco.pytorch.global.torch.from_blob;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.op.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** A case's network as libtorch holds it: a TorchScript module with the weights as attributes. */
final class TorchModule {
  private final JitModule module;
  private final SequencedMap<String, Tensor> trained = new LinkedHashMap<>();

  /**
   * Loads the weights and compiles the source.
   *
   * @param format of weights with four extents
   */
  TorchModule(Case of, boolean training, MemoryFormat format) {
    module = new JitModule(new QualifiedName("drsn"));
    for (Map.Entry<String, Parameter> entry : of.network().parameters().entrySet()) {
      String name = entry.getKey();
      var values = of.weights().get(name);
      int[] extents = values.shape().extents();
      Tensor tensor = tensor(values.data(), IntStream.of(extents).asLongStream().toArray(), format);
      boolean learns = training && entry.getValue().role().trainable();
      tensor.set_requires_grad(learns);
      if (learns) {
        trained.put(name, tensor);
      }
      module.register_parameter(TorchSource.attribute(name), tensor, !learns);
    }
    module.define(TorchSource.forward(of.network(), training));
  }

  /** The module with its method {@code forward}. */
  JitModule module() {
    return module;
  }

  /** The parameters that learn, by name. */
  SequencedMap<String, Tensor> trained() {
    return trained;
  }

  /** A copy of these numbers, in a memory format where there are four extents. */
  static Tensor tensor(float[] values, long[] extents, MemoryFormat format) {
    try (FloatPointer pointer = new FloatPointer(values)) {
      Tensor copy = from_blob(pointer, extents).clone();
      return extents.length == 4 ? copy.contiguous(format) : copy;
    }
  }

  /** A tensor's numbers, row-major. */
  static float[] values(Tensor tensor) {
    Tensor dense = tensor.detach().contiguous();
    float[] values = new float[Math.toIntExact(dense.numel())];
    try (FloatPointer data = dense.data_ptr_float()) {
      data.get(values);
    }
    return values;
  }

  /** Loads libtorch and tells it how many threads the calling thread's work may use. */
  static void threads(int threads) {
    try {
      torch.set_num_threads(threads);
    } catch (LinkageError e) {
      throw new DrsnException("libtorch cannot be loaded: " + e.getMessage(), e);
    }
  }

  /** What libtorch says went wrong, without where in its source. */
  static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("");
  }
}
