package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * What all kernels of this backend have in common: launches are prepared when the first operands
 * come and used as long as the same ones come; everything runs behind what the stream has; what a
 * kernel owns is closed with it.
 */
abstract class CudaKernel implements Kernel {

  /** Blocks that one processor of the GPU should get where a kernel may be cut at will. */
  private static final int BLOCKS = 4;

  static final int BLOCK = 256;

  final CudaContext context;
  final Op op;
  final Layouts layouts;
  private final List<AutoCloseable> prepared = new ArrayList<>();
  private final List<AutoCloseable> owned = new ArrayList<>();
  private Operands bound;

  CudaKernel(CudaContext context, Op op, Layouts layouts) {
    this.context = context;
    this.op = op;
    this.layouts = layouts;
  }

  /** Prepares everything for these operands. */
  abstract void bind(Operands operands);

  /** Puts the forward pass on the stream. */
  abstract void forward(int n);

  /** Puts the backward pass on the stream. */
  abstract void backward(int n);

  /** Puts the parameters into this backend's form. */
  void load() {}

  @Override
  public final void load(Operands operands) {
    synchronized (context) {
      enter(operands);
      load();
      context.done(this);
    }
  }

  @Override
  public final void forward(Operands operands, int n) {
    synchronized (context) {
      enter(operands);
      forward(n);
      context.done(this);
    }
  }

  @Override
  public final void backward(Operands operands, int n) {
    synchronized (context) {
      enter(operands);
      backward(n);
      context.done(this);
    }
  }

  // The same operands, not equal ones: what is prepared holds their addresses.
  @SuppressWarnings("ReferenceEquality")
  private void enter(Operands operands) {
    context.enter();
    if (operands != bound) {
      close(prepared);
      bind(operands);
      bound = operands;
    }
  }

  /** The operands that launches are prepared for. */
  final Operands operands() {
    return bound;
  }

  /** A launch for the operands being bound. */
  final Launch typed(String file, String name) {
    return prepare(context.typed(file, name));
  }

  /** The same for a kernel that has no type. */
  final Launch plain(String file, String name) {
    return prepare(context.launch(file, name));
  }

  private Launch prepare(Launch launch) {
    prepared.add(launch);
    return launch;
  }

  /** To be closed with this kernel. */
  final <C extends AutoCloseable> C own(C owned) {
    this.owned.add(owned);
    return owned;
  }

  /** To be called when this kernel is closed. */
  final void atEnd(Runnable destroy) {
    owned.add(destroy::run);
  }

  /** Memory of this kernel's own, zero at first. */
  final DeviceMemory own(long scalars) {
    return own(new DeviceMemory(context, scalars));
  }

  /** Scalars that elements of this backend's precision take. */
  final long scalars(long elements) {
    return Math.ceilDiv(elements * context.precision().type().bytes(), Float.BYTES);
  }

  final Shape x() {
    return layouts.x()[0].shape();
  }

  final Shape y() {
    return layouts.y().shape();
  }

  /** The gradient of an input, null where none is wanted. */
  static View dx(Operands operands, int input) {
    return operands.dx() == null ? null : operands.dx()[input];
  }

  /** The gradient of a parameter, null where none is wanted. */
  static View dw(Operands operands, int parameter) {
    return operands.dw() == null ? null : operands.dw()[parameter];
  }

  /** 16-byte vectors of n samples. */
  final long vectors(Shape shape, int n) {
    return (long) n * shape.area() * vectorsOfPixel(shape);
  }

  final int vectorsOfPixel(Shape shape) {
    return ChannelsLast.padded(shape.c()) / context.precision().lanes();
  }

  /** Blocks for a kernel whose threads walk over so many items in strides. */
  final int blocks(long items) {
    return (int)
        Math.clamp(Math.ceilDiv(items, BLOCK), 1, (long) BLOCKS * 2 * context.processors());
  }

  /** Tiles of channels of a kernel that walks over pixels. */
  final int tiles(Shape shape) {
    return Math.ceilDiv(vectorsOfPixel(shape), BLOCK);
  }

  /**
   * Slices of a walk over pixels: enough blocks for the GPU, each with some rows of pixels.
   *
   * @param others blocks that there are already for each slice
   */
  final int slices(Shape shape, int pixels, int others) {
    int rows = Math.max(1, BLOCK / Math.min(vectorsOfPixel(shape), BLOCK));
    int most = Math.max(1, pixels / (4 * rows));
    return Math.clamp(Math.ceilDiv(BLOCKS * context.processors(), others), 1, most);
  }

  private static void close(List<AutoCloseable> all) {
    for (AutoCloseable each : all.reversed()) {
      try {
        each.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    all.clear();
  }

  @Override
  public void close() {
    synchronized (context) {
      context.enter();
      close(prepared);
      close(owned);
    }
  }

  /** The operation and its shape, for errors. */
  @Override
  public String toString() {
    return op + " of " + x();
  }
}
