package dev.drsn.engine.op;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.reference.ReferenceMemory;
import java.util.Arrays;

/** The reference with one mistake, each of a kind that a real kernel could make. */
final class FaultyReference extends PaddedReference {

  /** The mistakes; the parity test must find each of them. */
  enum Fault {
    Y_IS_OFF,
    Y_HAS_NAN,
    Y_HAS_ANOTHER_LAST_BIT,
    WRITES_BEFORE_Y,
    WRITES_BEHIND_DX,
    WRITES_PADDING_OF_Y,
    COMPUTES_ALL_SAMPLES,
    CHANGES_X,
    CHANGES_Y_IN_BACKWARD,
    OVERWRITES_DW,
    NEVER_ADDS_TO_DX,
    ALWAYS_ADDS_TO_DX,
    FORGETS_DW,
    KEEPS_FIRST_WEIGHTS
  }

  private final Fault fault;

  FaultyReference(Fault fault) {
    this.fault = fault;
  }

  @Override
  public Kernel compile(Op op, Layouts layouts) {
    return new Faulty(super.compile(op, layouts), this, fault);
  }

  private static final class Faulty implements Kernel {
    private final Kernel kernel;
    private final Backend backend;
    private final Fault fault;
    private float[][] firstWeights;

    Faulty(Kernel kernel, Backend backend, Fault fault) {
      this.kernel = kernel;
      this.backend = backend;
      this.fault = fault;
    }

    @Override
    public void load(Operands operands) {
      if (firstWeights == null) {
        firstWeights = values(operands.w());
      }
    }

    @Override
    public void forward(Operands operands, int n) {
      float[][] now = values(operands.w());
      if (fault == Fault.KEEPS_FIRST_WEIGHTS) {
        upload(firstWeights, operands.w());
      }
      boolean all = fault == Fault.COMPUTES_ALL_SAMPLES;
      kernel.forward(operands, all ? operands.x()[0].shape().n() : n);
      upload(now, operands.w());
      View y = operands.y();
      switch (fault) {
        case Y_IS_OFF -> set(y, 0, get(y, 0) + 0.01);
        case Y_HAS_NAN -> set(y, 0, Double.NaN);
        case Y_HAS_ANOTHER_LAST_BIT -> set(y, 0, Math.nextUp((float) get(y, 0)));
        case WRITES_BEFORE_Y -> set(y, -1, 1);
        case WRITES_PADDING_OF_Y -> set(y, (int) y.layout().size() - 1, 1);
        case CHANGES_X -> set(operands.x()[0], 3, 1);
        default -> {}
      }
    }

    @Override
    public void backward(Operands operands, int n) {
      boolean[] add = operands.add();
      boolean[] right = add.clone();
      float[][] before = values(operands.dw());
      switch (fault) {
        case NEVER_ADDS_TO_DX -> Arrays.fill(add, false);
        case ALWAYS_ADDS_TO_DX -> Arrays.fill(add, true);
        case OVERWRITES_DW -> upload(new float[before.length][before[0].length], operands.dw());
        default -> {}
      }
      kernel.backward(operands, n);
      System.arraycopy(right, 0, add, 0, add.length);
      switch (fault) {
        case FORGETS_DW -> upload(before, operands.dw());
        case CHANGES_Y_IN_BACKWARD -> set(operands.y(), 0, 7);
        case WRITES_BEHIND_DX -> {
          View dx = operands.dx()[0];
          if (dx != null) {
            set(dx, (int) dx.layout().size(), 0);
          }
        }
        default -> {}
      }
    }

    private float[][] values(View[] views) {
      float[][] values = new float[views.length][];
      for (int i = 0; i < views.length; i++) {
        if (views[i] != null) {
          values[i] = new float[views[i].shape().elements()];
          backend.download(views[i], values[i], views[i].shape().n());
        }
      }
      return values;
    }

    private void upload(float[][] values, View[] views) {
      for (int i = 0; i < views.length; i++) {
        if (views[i] != null) {
          backend.upload(values[i], views[i], views[i].shape().n());
        }
      }
    }

    private static double get(View view, int i) {
      return ((ReferenceMemory) view.memory()).get(view.offset() + i);
    }

    private static void set(View view, int i, double value) {
      ((ReferenceMemory) view.memory()).set(view.offset() + i, value);
    }
  }
}
