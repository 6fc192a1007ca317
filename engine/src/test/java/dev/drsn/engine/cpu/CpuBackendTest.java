package dev.drsn.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Dense;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CpuBackendTest {
  private static final Shape IMAGE = Shape.of(2, 3, 5, 4);
  private static final Shape ACTIVATION = Shape.of(2, 37, 5, 4);
  private final CpuBackend backend = new CpuBackend(2);

  @AfterEach
  void close() {
    backend.close();
  }

  private static Op convolution(int size, int padding) {
    return new Op.Convolution(8, Window.square(size, 1, padding), false);
  }

  @Test
  void saysWhatItIs() {
    assertThat(backend.name()).isEqualTo("cpu");
    assertThat(backend.description())
        .isEqualTo("2 threads, " + Lanes.SPECIES.vectorBitSize() + "-bit vectors");
    try (CpuBackend one = new CpuBackend(1)) {
      assertThat(one.description()).startsWith("1 thread, ");
    }
    try (CpuBackend all = new CpuBackend(0)) {
      assertThat(all.description())
          .startsWith(Runtime.getRuntime().availableProcessors() + " thread");
    }
  }

  @Test
  void theHaloIsWhatTheLargestConvolutionReadsBeyondTheImage() {
    List<Op> consumers = List.of(convolution(3, 1), new Op.Relu(), convolution(7, 3));
    assertThat(backend.activation(ACTIVATION, consumers))
        .isEqualTo(new Blocked(ACTIVATION, Lanes.COUNT, 3));
    assertThat(backend.activation(ACTIVATION, List.of(new Op.GlobalAverage())))
        .isEqualTo(new Blocked(ACTIVATION, Lanes.COUNT, 0));
    assertThat(backend.gradient(ACTIVATION, convolution(7, 3)))
        .isEqualTo(new Blocked(ACTIVATION, Lanes.COUNT, 3));
    assertThat(backend.gradient(ACTIVATION, convolution(3, 0)))
        .isEqualTo(new Blocked(ACTIVATION, Lanes.COUNT, 2));
    assertThat(backend.gradient(ACTIVATION, new Op.Relu()))
        .isEqualTo(new Blocked(ACTIVATION, Lanes.COUNT, 0));
  }

  @Test
  void onlyImagesForConvolutionsAreInterleaved() {
    assertThat(backend.activation(IMAGE, List.of(convolution(3, 1))))
        .isEqualTo(new Blocked(IMAGE, 3, 1));
    assertThat(backend.activation(IMAGE, List.of(new Op.Relu())))
        .isEqualTo(new Blocked(IMAGE, Lanes.COUNT, 0));
    assertThat(backend.gradient(IMAGE, convolution(3, 1)))
        .isEqualTo(new Blocked(IMAGE, Lanes.COUNT, 1));
  }

  @Test
  void whatIsUploadedIsDownloadedAndThePaddingStaysZero() {
    for (Shape shape : List.of(IMAGE, ACTIVATION, Shape.of(3, 6), Shape.of(1))) {
      for (Layout layout :
          List.of(
              new Dense(shape),
              new Blocked(shape, 1, 2),
              new Blocked(shape, 3, 2),
              new Blocked(shape, Lanes.COUNT, 0),
              new Blocked(shape, Lanes.COUNT, 1))) {
        roundTrip(shape, layout);
      }
    }
  }

  private void roundTrip(Shape shape, Layout layout) {
    float[] values = new float[shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + 1;
    }
    try (Memory memory = backend.allocate(layout.size())) {
      View view = new View(memory, 0, layout);
      backend.upload(values, view, shape.n());
      float[] back = new float[values.length];
      backend.download(view, back, shape.n());
      assertThat(back).as("%s", layout).isEqualTo(values);
      double sum = 0;
      for (float value : CpuMemory.array(view)) {
        sum += value;
      }
      assertThat(sum).isEqualTo(values.length * (values.length + 1.0) / 2);
    }
  }

  @Test
  void aPartOfTheSamplesLeavesTheOthersAlone() {
    Layout layout = new Blocked(ACTIVATION, Lanes.COUNT, 1);
    float[] ones = new float[ACTIVATION.elements()];
    Arrays.fill(ones, 1);
    try (Memory memory = backend.allocate(layout.size())) {
      View view = new View(memory, 0, layout);
      backend.upload(ones, view, 1);
      float[] back = new float[ACTIVATION.elements()];
      Arrays.fill(back, 7);
      backend.download(view, back, 1);
      int sample = ACTIVATION.sampleElements();
      assertThat(Arrays.copyOf(back, sample)).containsOnly(1);
      assertThat(Arrays.copyOfRange(back, sample, back.length)).containsOnly(7);
      backend.download(view, back, 2);
      assertThat(Arrays.copyOfRange(back, sample, back.length)).containsOnly(0);
    }
  }

  @Test
  void exactMeansDirectSumsEverywhere() {
    Shape shape = Shape.of(8, 64, 32, 32);
    Op op = convolution(3, 1);
    Layout x = backend.activation(shape, List.of(op));
    Layout y = backend.activation(Shape.of(8, 8, 32, 32), List.of());
    Layouts layouts = Layouts.forward(new Layout[] {x}, y);
    try (CpuBackend exact = new CpuBackend(CpuOptions.of(2).withAlgorithm(Algorithm.DIRECT));
        CpuBackend four = new CpuBackend(CpuOptions.of(2).withAlgorithm(Algorithm.WINOGRAD_4))) {
      assertThat(exact.compile(op, layouts).algorithm()).startsWith("direct");
      assertThat(backend.compile(op, layouts).algorithm()).startsWith("winograd");
      assertThat(four.compile(op, layouts).algorithm()).isEqualTo("winograd 4");
    }
  }

  @Test
  void memoryBeyondAnArrayIsRefusedInOneLine() {
    assertThatThrownBy(() -> backend.allocate(1L << 31))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("use a smaller batch");
  }
}
