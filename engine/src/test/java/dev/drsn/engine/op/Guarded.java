package dev.drsn.engine.op;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Dense;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.tensor.Shape;
import java.util.Arrays;

/**
 * A view with guards: its memory begins and ends with scalars that nobody may write. The whole
 * memory is looked at through a second, dense view, which every backend can copy; padding is what
 * stays zero when every element of the view is set.
 */
final class Guarded implements AutoCloseable {

  /** Large, so that what is read from a guard shows in a result. */
  private static final float SENTINEL = 1.25e30f;

  private static final int GUARD = 64;

  private final Backend backend;
  private final Memory memory;
  private final View raw;
  private final View view;
  private final boolean[] padding;

  Guarded(Backend backend, Layout layout) {
    this.backend = backend;
    int alignment = backend.alignment();
    int guard = Math.ceilDiv(GUARD, alignment) * alignment;
    int size = Math.toIntExact(guard + layout.size() + guard);
    memory = backend.allocate(size);
    raw = new View(memory, 0, new Dense(Shape.of(size)));
    view = new View(memory, guard, layout);
    float[] all = new float[size];
    Arrays.fill(all, SENTINEL);
    Arrays.fill(all, guard, guard + (int) layout.size(), 0);
    backend.upload(all, raw, size);
    padding = new boolean[size];
    if (layout instanceof Bare) {
      return;
    }
    fill(1);
    backend.download(raw, all, size);
    for (int i = 0; i < size; i++) {
      padding[i] = all[i] == 0;
    }
  }

  /** What kernels save and scribble on: scalars without elements, perhaps none. */
  record Bare(long size) implements Layout {
    @Override
    public Shape shape() {
      return Shape.of((int) Math.max(1, size));
    }
  }

  View view() {
    return view;
  }

  /** Sets every element; the padding keeps its zeros. */
  void fill(float value) {
    float[] values = new float[view.shape().elements()];
    Arrays.fill(values, value);
    backend.upload(values, view, view.shape().n());
  }

  /** Makes every scalar that is no guard and no padding NaN. */
  void poison() {
    if (view.layout().size() == 0) {
      return;
    }
    if (view.layout() instanceof Bare) {
      backend.fill(
          new View(memory, view.offset(), new Dense(Shape.of((int) view.layout().size()))),
          Float.NaN);
    } else {
      fill(Float.NaN);
    }
  }

  /**
   * Gives the first n samples these values and the others one that nobody may use.
   *
   * @param rest for inputs a number that would show in every result, for outputs NaN
   */
  void upload(float[] values, int n, float rest) {
    float[] all = values.clone();
    Arrays.fill(all, n * view.shape().sampleElements(), all.length, rest);
    backend.upload(all, view, view.shape().n());
  }

  /** The first n samples. */
  float[] download(int n) {
    float[] values = new float[n * view.shape().sampleElements()];
    backend.download(view, values, n);
    return values;
  }

  /** Every scalar, padding and guards included. */
  float[] raw() {
    float[] all = new float[raw.shape().elements()];
    backend.download(raw, all, all.length);
    return all;
  }

  /** Fails if a guard or padding was written. */
  void check(String name) {
    float[] all = raw();
    long end = view.offset() + view.layout().size();
    for (int i = 0; i < all.length; i++) {
      if (i < view.offset() || i >= end) {
        if (all[i] != SENTINEL) {
          throw new AssertionError(
              name
                  + ": wrote "
                  + all[i]
                  + " outside, "
                  + (i - view.offset())
                  + " of "
                  + view.layout().size());
        }
      } else if (padding[i] && all[i] != 0) {
        throw new AssertionError(
            name
                + ": wrote "
                + all[i]
                + " to padding, "
                + (i - view.offset())
                + " of "
                + view.layout());
      }
    }
  }

  /** Fails unless the samples from n on still are NaN. */
  void checkUntouched(String name, int n) {
    float[] all = download(view.shape().n());
    for (int i = n * view.shape().sampleElements(); i < all.length; i++) {
      if (!Float.isNaN(all[i])) {
        throw new AssertionError(
            name
                + ": wrote "
                + all[i]
                + " to element "
                + i
                + ", which is beyond the "
                + n
                + " samples");
      }
    }
  }

  @Override
  public void close() {
    memory.close();
  }
}
