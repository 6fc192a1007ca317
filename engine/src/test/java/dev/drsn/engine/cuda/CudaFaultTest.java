package dev.drsn.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Dense;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What goes wrong on a GPU is one line that says what to do; nothing ends the process. */
@EnabledIf("dev.drsn.engine.cuda.SimulatedDevice#possible")
class CudaFaultTest {

  private final SimulatedDevice device = SimulatedDevice.start();

  @Test
  void whatTheMachineOffers() {
    CudaStatus status = device.status();
    assertThat(status.available()).as(status.reason()).isTrue();
    assertThat(status.description())
        .startsWith("Simulated GPU, sm_90, 17 GB, driver for CUDA 13.0, CUDA 13.1, cuDNN 9.19.0");
  }

  @Test
  void whatIsTooOld() {
    device.machine(12080, 1, 90, 16384, 13010, 91900, 13010);
    assertThat(device.status().reason())
        .isEqualTo(
            "the NVIDIA driver is for CUDA 12.8, drsn needs CUDA 13; install driver 580 or newer");
    device.machine(13000, 1, 70, 16384, 13010, 91900, 13010);
    assertThat(device.status().reason()).contains("sm_70").contains("Turing");
    device.machine(13000, 1, 90, 16384, 12080, 91900, 13010);
    assertThat(device.status().reason()).contains("is CUDA 12.8, drsn needs 13; name the folder");
    device.machine(13000, 1, 90, 16384, 13010, 90100, 12080);
    assertThat(device.status().reason())
        .contains("is cuDNN 9.1.0 for CUDA 12.8, drsn needs cuDNN 9 for CUDA 13");
    device.machine(13000, 0, 90, 16384, 13010, 91900, 13010);
    assertThat(device.status().reason()).startsWith("the driver shows no GPU");
  }

  @Test
  void whatTheDriverReports() {
    for (int error : new int[] {2, 100, 214, 802, 803, 999}) {
      device.fail("cuInit", 0, error);
      assertThat(device.status().reason()).isNotEmpty().contains(";").doesNotContain("\n");
    }
  }

  @Test
  void otherGpus() {
    assertThatThrownBy(() -> device.open(new CudaOptions(1, Precision.FP32, false)))
        .isInstanceOf(DrsnException.class)
        .hasMessage("there is no GPU 1, only 1; they are counted from 0");
    device.machine(13000, 1, 75, 16384, 13010, 91900, 13010);
    assertThatThrownBy(() -> device.open(Precision.BF16))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("--precision fp16");
  }

  @Test
  void memoryIsTaken() {
    try (Backend backend = device.open(Precision.FP32)) {
      assertThatThrownBy(() -> backend.allocate(1L << 40))
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("its memory is full; use a smaller batch");
    }
    assertThat(device.leaks()).isEmpty();
  }

  /** A layer that can be run. */
  private record Layer(Backend backend, Op op, Layout[] x, Layout y) {
    static Layer of(Backend backend) {
      Op op = new Op.Convolution(8, Window.square(3, 1, 1), false, false, true);
      Shape shape = Shape.of(2, 8, 5, 5);
      Layout layout = backend.activation(shape, List.of(op));
      return new Layer(backend, op, new Layout[] {layout}, layout);
    }

    void run() {
      try (var kernel = backend.compile(op, Layouts.forward(x, y));
          Memory memory = backend.allocate(1 << 16)) {
        View in = new View(memory, 0, x[0]);
        View out = new View(memory, 1 << 12, y);
        View w = new View(memory, 1 << 13, new Dense(Shape.of(8, 8, 3, 3)));
        View scratch = new View(memory, 1 << 14, new Dense(Shape.of(1 << 12)));
        var operands =
            new dev.drsn.engine.backend.Operands(
                new View[] {in}, out, new View[] {w}, null, null, null, null, null, scratch);
        kernel.load(operands);
        kernel.forward(operands, 2);
        backend.download(out, new float[2 * 8 * 25], 2);
      }
    }
  }

  @Test
  void aCallFails() {
    try (Backend backend = device.open(Precision.FP32)) {
      device.fail("cudnnConvolutionBiasActivationForward", 0, 5000);
      assertThatThrownBy(() -> Layer.of(backend).run())
          .isInstanceOf(DrsnException.class)
          .hasMessageStartingWith("Convolution[channels=8")
          .hasMessageContaining("2x8x5x5")
          .hasMessageContaining("cuDNN");
      Layer.of(backend).run();
    }
    assertThat(device.leaks()).isEmpty();
  }

  @Test
  void aKernelFailsLater() {
    try (Backend backend = device.open(Precision.FP32)) {
      device.fail("cudaStreamSynchronize", 0, 700);
      assertThatThrownBy(() -> Layer.of(backend).run())
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("a kernel failed")
          .hasMessageContaining(CudaContext.BLOCKING);
      device.fail("cudaStreamSynchronize", 0, 214);
      assertThatThrownBy(() -> Layer.of(backend).run())
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("ECC");
    }
    assertThat(device.leaks()).isEmpty();
  }
}
