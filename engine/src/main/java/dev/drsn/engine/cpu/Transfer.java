package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;
import static dev.drsn.engine.cpu.CpuMemory.base;

import dev.drsn.engine.backend.View;
import dev.drsn.engine.tensor.Shape;

/**
 * Conversion between row-major samples and {@link Blocked}; other layouts are row-major already. An
 * item is one plane. Not for two callers at once.
 */
final class Transfer {
  private final Workers workers;
  private final Workers.Task in = this::in;
  private final Workers.Task out = this::out;
  private float[] host;
  private View view;
  private int origin;

  Transfer(Workers workers) {
    this.workers = workers;
  }

  void upload(float[] source, int first, View destination, int n) {
    int each = destination.shape().sampleElements();
    if (destination.layout() instanceof Blocked layout) {
      run(in, source, first * each, destination, n * layout.blocks());
    } else {
      System.arraycopy(source, first * each, array(destination), base(destination), n * each);
    }
  }

  void download(View source, float[] destination, int first, int n) {
    int each = source.shape().sampleElements();
    if (source.layout() instanceof Blocked layout) {
      run(out, destination, first * each, source, n * layout.blocks());
    } else {
      System.arraycopy(array(source), base(source), destination, first * each, n * each);
    }
  }

  private void run(Workers.Task task, float[] host, int first, View view, int planes) {
    this.host = host;
    origin = first;
    this.view = view;
    workers.run(task, planes);
    this.host = null;
    this.view = null;
  }

  private void in(int plane, int thread) {
    copy(plane, true);
  }

  private void out(int plane, int thread) {
    copy(plane, false);
  }

  private void copy(int plane, boolean in) {
    Blocked layout = Blocked.of(view);
    Shape shape = layout.shape();
    int lanes = layout.lanes();
    int blocks = layout.blocks();
    int first = plane % blocks * lanes;
    int last = Math.min(first + lanes, shape.c());
    float[] blocked = array(view);
    int w = shape.w();
    for (int c = first; c < last; c++) {
      int at = Blocked.at(view, plane) + c - first;
      int row = origin + (plane / blocks * shape.c() + c) * shape.area();
      for (int i = 0; i < shape.h(); i++) {
        if (in) {
          for (int j = 0; j < w; j++) {
            blocked[at + j * lanes] = host[row + j];
          }
        } else {
          for (int j = 0; j < w; j++) {
            host[row + j] = blocked[at + j * lanes];
          }
        }
        row += w;
        at += layout.rowStride();
      }
    }
  }
}
