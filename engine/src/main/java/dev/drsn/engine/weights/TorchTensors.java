package dev.drsn.engine.weights;

import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.TorchPickle.Storage;
import dev.drsn.engine.weights.TorchPickle.View;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Tensors of a checkpoint being put together from their storages, one storage at a time: a tensor
 * that covers its storage takes it over, others are copied out along their strides. All windows are
 * checked before the first byte is read.
 */
final class TorchTensors {

  private final Path file;
  private final SequencedMap<String, View> views;
  private final Map<String, List<String>> namesByStorage = new HashMap<>();
  private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();

  TorchTensors(Path file, SequencedMap<String, View> views) {
    this.file = file;
    this.views = views;
    Map<String, Long> storages = new HashMap<>();
    long elements = 0;
    for (Map.Entry<String, View> next : views.entrySet()) {
      Storage storage = next.getValue().storage();
      check(next.getKey(), next.getValue());
      elements += Entries.shape(file, next.getKey(), next.getValue().extents()).elements();
      storages.put(storage.key(), storage.elements());
      namesByStorage.computeIfAbsent(storage.key(), key -> new ArrayList<>()).add(next.getKey());
      // Takes the place in the order; the tensor follows with its storage.
      tensors.put(next.getKey(), null);
    }
    if (elements > 2 * storages.values().stream().mapToLong(Long::longValue).sum()) {
      throw TorchCheckpoint.damaged(file, "its tensors are much larger than their data");
    }
  }

  private void check(String name, View view) {
    TorchCheckpoint.bytes(file, view.storage());
    boolean valid = view.offset() >= 0 && view.extents().length == view.strides().length;
    long last = Math.max(0, view.offset());
    for (int i = 0; valid && i < view.extents().length; i++) {
      long steps = view.extents()[i] - 1;
      long stride = view.strides()[i];
      valid = stride >= 0 && (steps <= 0 || stride <= view.storage().elements() / steps);
      last += valid && steps > 0 ? steps * stride : 0;
      valid &= last < view.storage().elements();
    }
    if (!valid || last >= view.storage().elements()) {
      throw TorchCheckpoint.damaged(
          file, "entry " + Entries.printable(name) + " reaches beyond its data");
    }
  }

  /** The storages that tensors lie in, in the tensors' order. */
  List<Storage> storages() {
    return views.values().stream().map(View::storage).distinct().toList();
  }

  /** Whether any tensor lies in this storage. */
  boolean needs(Storage storage) {
    return namesByStorage.containsKey(storage.key());
  }

  /** Reads a storage and makes the tensors that lie in it. */
  void add(Storage storage, InputStream in) throws IOException {
    List<String> names = namesByStorage.get(storage.key());
    if (storage.elements() > Integer.MAX_VALUE - 64) {
      throw TorchCheckpoint.damaged(
          file, "entry " + Entries.printable(names.getFirst()) + " is too large");
    }
    float[] data = new float[(int) storage.elements()];
    Elements.read(in, storage.dtype(), data);
    for (String name : names) {
      View view = views.get(name);
      Shape shape = Entries.shape(file, name, view.extents());
      boolean whole = names.size() == 1 && shape.elements() == data.length && isDense(view);
      tensors.put(name, new Tensor(shape, whole ? data : copy(view, shape, data)));
    }
  }

  private static boolean isDense(View view) {
    long expected = 1;
    for (int i = view.extents().length - 1; i >= 0; i--) {
      if (view.extents()[i] != 1 && view.strides()[i] != expected) {
        return false;
      }
      expected *= view.extents()[i];
    }
    return true;
  }

  private static float[] copy(View view, Shape shape, float[] from) {
    long[] strides = Arrays.copyOf(view.strides(), 4);
    float[] to = new float[shape.elements()];
    int i = 0;
    for (int n = 0; n < shape.n(); n++) {
      for (int c = 0; c < shape.c(); c++) {
        for (int h = 0; h < shape.h(); h++) {
          long row = view.offset() + n * strides[0] + c * strides[1] + h * strides[2];
          for (int w = 0; w < shape.w(); w++) {
            to[i++] = from[(int) (row + w * strides[3])];
          }
        }
      }
    }
    return to;
  }

  /** All tensors, once all storages have been read. */
  SequencedMap<String, Tensor> complete() throws EOFException {
    if (tensors.containsValue(null)) {
      throw new EOFException();
    }
    return tensors;
  }
}
