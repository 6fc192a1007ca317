package dev.drsn.engine.reference;

import static dev.drsn.engine.reference.Scalars.add;
import static dev.drsn.engine.reference.Scalars.at;
import static dev.drsn.engine.reference.Scalars.clear;
import static dev.drsn.engine.reference.Scalars.get;
import static dev.drsn.engine.reference.Scalars.set;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.tensor.Shape;

/**
 * Pooling of x [N,C,H,W] to y [N,C,P,Q]: output pixel (p,q) looks at a rectangle of the same
 * channel, the pixels (i,j) with top &lt;= i &lt; bottom and left &lt;= j &lt; right that lie in
 * the image.
 *
 * <pre>
 *   maximum   y = max x[i,j]       dx[i,j] += dy where (i,j) is the first of the largest
 *   mean      y = sum x[i,j] / A   dx[i,j] += dy / A
 * </pre>
 *
 * <p>A window's area A counts its padding; a region of the adaptive mean and the whole image of the
 * global mean have none. Nothing is saved.
 */
final class Pooling implements Kernel {

  /** The rectangles: where those of row p begin and end; columns likewise. */
  private sealed interface Grid {
    int top(Shape in, int p);

    int bottom(Shape in, int p);

    int left(Shape in, int q);

    int right(Shape in, int q);
  }

  private record Windows(Window window) implements Grid {
    @Override
    public int top(Shape in, int p) {
      return p * window.strideH() - window.padH();
    }

    @Override
    public int bottom(Shape in, int p) {
      return top(in, p) + window.height();
    }

    @Override
    public int left(Shape in, int q) {
      return q * window.strideW() - window.padW();
    }

    @Override
    public int right(Shape in, int q) {
      return left(in, q) + window.width();
    }
  }

  /** An even division into rows x columns: floor(p H / rows) to ceil((p + 1) H / rows). */
  private record Regions(int rows, int columns) implements Grid {
    @Override
    public int top(Shape in, int p) {
      return p * in.h() / rows;
    }

    @Override
    public int bottom(Shape in, int p) {
      return Math.ceilDiv((p + 1) * in.h(), rows);
    }

    @Override
    public int left(Shape in, int q) {
      return q * in.w() / columns;
    }

    @Override
    public int right(Shape in, int q) {
      return Math.ceilDiv((q + 1) * in.w(), columns);
    }
  }

  private final Grid grid;
  private final boolean maximum;

  private Pooling(Grid grid, boolean maximum) {
    this.grid = grid;
    this.maximum = maximum;
  }

  static Pooling of(Op.MaxPool op) {
    return new Pooling(new Windows(op.window()), true);
  }

  static Pooling of(Op.AveragePool op) {
    return new Pooling(new Windows(op.window()), false);
  }

  static Pooling of(Op.AdaptiveAveragePool op) {
    return new Pooling(new Regions(op.height(), op.width()), false);
  }

  static Pooling of(Op.GlobalAverage op) {
    return new Pooling(new Regions(1, 1), false);
  }

  @Override
  public void forward(Operands operands, int samples) {
    View x = operands.x()[0];
    View y = operands.y();
    Shape out = y.shape();
    for (int n = 0; n < samples; n++) {
      for (int c = 0; c < out.c(); c++) {
        for (int p = 0; p < out.h(); p++) {
          for (int q = 0; q < out.w(); q++) {
            double value =
                maximum ? get(x, first(x, n, c, p, q)) : sum(x, n, c, p, q) / area(x, p, q);
            set(y, at(out, n, c, p, q), value);
          }
        }
      }
    }
  }

  @Override
  public void backward(Operands operands, int samples) {
    View x = operands.x()[0];
    View dx = operands.dx()[0];
    View dy = operands.dy();
    Shape out = dy.shape();
    if (dx == null) {
      return;
    }
    clear(dx, samples, operands.add()[0]);
    for (int n = 0; n < samples; n++) {
      for (int c = 0; c < out.c(); c++) {
        for (int p = 0; p < out.h(); p++) {
          for (int q = 0; q < out.w(); q++) {
            double g = get(dy, at(out, n, c, p, q));
            if (maximum) {
              add(dx, first(x, n, c, p, q), g);
            } else {
              spread(dx, n, c, p, q, g / area(x, p, q));
            }
          }
        }
      }
    }
  }

  /** The index of the first of the largest elements, row by row. */
  private int first(View x, int n, int c, int p, int q) {
    Shape in = x.shape();
    int best = -1;
    for (int i = Math.max(grid.top(in, p), 0); i < Math.min(grid.bottom(in, p), in.h()); i++) {
      for (int j = Math.max(grid.left(in, q), 0); j < Math.min(grid.right(in, q), in.w()); j++) {
        int index = at(in, n, c, i, j);
        if (best < 0 || get(x, index) > get(x, best)) {
          best = index;
        }
      }
    }
    return best;
  }

  private double sum(View x, int n, int c, int p, int q) {
    Shape in = x.shape();
    double sum = 0;
    for (int i = Math.max(grid.top(in, p), 0); i < Math.min(grid.bottom(in, p), in.h()); i++) {
      for (int j = Math.max(grid.left(in, q), 0); j < Math.min(grid.right(in, q), in.w()); j++) {
        sum += get(x, at(in, n, c, i, j));
      }
    }
    return sum;
  }

  private void spread(View dx, int n, int c, int p, int q, double g) {
    Shape in = dx.shape();
    for (int i = Math.max(grid.top(in, p), 0); i < Math.min(grid.bottom(in, p), in.h()); i++) {
      for (int j = Math.max(grid.left(in, q), 0); j < Math.min(grid.right(in, q), in.w()); j++) {
        add(dx, at(in, n, c, i, j), g);
      }
    }
  }

  private double area(View x, int p, int q) {
    Shape in = x.shape();
    int height = grid.bottom(in, p) - grid.top(in, p);
    int width = grid.right(in, q) - grid.left(in, q);
    return height * width;
  }
}
