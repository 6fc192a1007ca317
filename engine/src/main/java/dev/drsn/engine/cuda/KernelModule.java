package dev.drsn.engine.cuda;

import dev.drsn.engine.DrsnException;
import dev.drsn.kernels.KernelSource;
import java.util.Optional;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;

/** One family's kernels, loaded on a GPU: from the jar, or compiled for this very GPU. */
final class KernelModule implements AutoCloseable {

  private final String name;
  private final CUmod_st module = new CUmod_st();

  KernelModule(CudaContext context, String name) {
    this.name = name;
    KernelSource source = new KernelSource(name);
    byte[] image =
        source
            .fatbin()
            .orElseGet(
                () ->
                    KernelCompiler.compile(source, context.gpu().capability(), context.folders()));
    try (BytePointer bytes = new BytePointer(image)) {
      CudaError.check(cudart.cuModuleLoadData(module, bytes), "loading kernels " + name);
    }
  }

  /** Whether the jar has machine code, or kernels are compiled at first use. */
  static String origin() {
    return KernelSource.all().stream().map(KernelSource::fatbin).allMatch(Optional::isPresent)
        ? "fatbin"
        : "NVRTC";
  }

  /** A kernel of this family. */
  CUfunc_st function(String kernel) {
    CUfunc_st function = new CUfunc_st();
    if (cudart.cuModuleGetFunction(function, module, kernel) != 0) {
      throw new DrsnException("kernels " + name + " have no " + kernel + "; build drsn anew");
    }
    return function;
  }

  @Override
  public void close() {
    cudart.cuModuleUnload(module);
  }
}
