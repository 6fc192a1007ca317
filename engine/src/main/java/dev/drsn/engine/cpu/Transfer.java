package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;
import static dev.drsn.engine.cpu.CpuMemory.base;

import dev.drsn.engine.backend.View;
import dev.drsn.engine.tensor.Shape;

/**
 * Conversion between row-major samples and {@link Blocked}; other layouts are row-major already. An
 * item is some rows of one plane. Not for two callers at once.
 */
final class Transfer {

  /** Parts of a plane's rows, so that one image's few planes are work for all threads. */
  private static final int SLICES = 8;

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
    workers.run(task, planes * SLICES);
    this.host = null;
    this.view = null;
  }

  private void in(int item, int thread) {
    copy(item / SLICES, item % SLICES, true);
  }

  private void out(int item, int thread) {
    copy(item / SLICES, item % SLICES, false);
  }

  private void copy(int plane, int slice, boolean in) {
    Blocked layout = Blocked.of(view);
    Shape shape = layout.shape();
    int lanes = layout.lanes();
    int first = plane % layout.blocks() * lanes;
    int channels = Math.min(lanes, shape.c() - first);
    float[] blocked = array(view);
    int top = shape.h() * slice / SLICES;
    int bottom = shape.h() * (slice + 1) / SLICES;
    int w = shape.w();
    int area = shape.area();
    int at = Blocked.at(view, plane) + top * layout.rowStride();
    int row = origin + (plane / layout.blocks() * shape.c() + first) * area + top * w;
    for (int i = top; i < bottom; i++) {
      if (in && lanes == 3 && channels == 3) {
        interleave(host, row, area, blocked, at, w);
      } else {
        for (int c = 0; c < channels; c++) {
          if (in) {
            copy(host, row + c * area, 1, blocked, at + c, lanes, w);
          } else {
            copy(blocked, at + c, lanes, host, row + c * area, 1, w);
          }
        }
      }
      row += w;
      at += layout.rowStride();
    }
  }

  private static void copy(
      float[] from, int at, int step, float[] to, int target, int targetStep, int count) {
    for (int i = 0; i < count; i++) {
      to[target + i * targetStep] = from[at + i * step];
    }
  }

  /** A row of a colour image, with strides that C2 knows: several times as fast. */
  private static void interleave(
      float[] from, int at, int area, float[] to, int target, int count) {
    for (int i = 0; i < count; i++) {
      to[target + 3 * i] = from[at + i];
      to[target + 3 * i + 1] = from[at + area + i];
      to[target + 3 * i + 2] = from[at + 2 * area + i];
    }
  }
}
