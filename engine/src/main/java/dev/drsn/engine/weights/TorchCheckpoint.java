package dev.drsn.engine.weights;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.TorchPickle.Storage;
import dev.drsn.engine.weights.TorchPickle.View;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Reads the checkpoints of torch.save ({@code .pth}): a state_dict, alone or inside a dict under
 * {@code state_dict}, {@code model_state_dict}, {@code model}, {@code net} or {@code module}.
 *
 * <p>Two forms. Since PyTorch 1.6 a zip archive of uncompressed entries: {@code NAME/data.pkl} with
 * the names and windows of the tensors, {@code NAME/data/KEY} with each storage's bytes. Before
 * that a file of five pickles (a magic number, a protocol number, the machine, the object, the
 * storages' keys), then each storage: its number of elements in 8 bytes and its bytes.
 *
 * <p>Nothing in the file is run or believed: classes by {@link TorchPickle}'s list, storages no
 * larger than the file, tensors within their storages and together no larger than twice those.
 */
public final class TorchCheckpoint {

  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final int PROTOCOL = 1001;
  private static final List<String> WRAPPERS =
      List.of("state_dict", "model_state_dict", "model", "net", "module");

  /** torch.save writes an entry a storage and a handful more. */
  private static final int MOST_ENTRIES = 100_000;

  private static final int LONGEST_PICKLE = 1 << 26;

  private final Path file;
  private final Predicate<String> wanted;

  private TorchCheckpoint(Path file, Predicate<String> wanted) {
    this.file = file;
    this.wanted = wanted;
  }

  /**
   * Reads the tensors whose names are wanted, in the checkpoint's order; all formats become float.
   *
   * @throws DrsnException where the file is damaged, asks for more than tensors, or a wanted tensor
   *     has more than four dimensions, no elements, or elements that are not finite
   */
  public static SequencedMap<String, Tensor> read(Path file, Predicate<String> wanted) {
    if (!Files.isRegularFile(file)) {
      throw new DrsnException(
          file
              + (Files.exists(file) ? " is not a file" : " does not exist")
              + "; name a PyTorch checkpoint");
    }
    TorchCheckpoint checkpoint = new TorchCheckpoint(file, wanted);
    try {
      SequencedMap<String, Tensor> tensors =
          isZip(file) ? checkpoint.readZip() : checkpoint.readSequence();
      Entries.requireFinite(file, tensors);
      return tensors;
    } catch (EOFException e) {
      throw damaged(file, "it ends too early");
    } catch (ZipException e) {
      throw damaged(file, "it is not a whole zip archive");
    } catch (IOException e) {
      throw new DrsnException(
          file + " cannot be read: " + e.getMessage() + "; look at the disk", e);
    }
  }

  private static boolean isZip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(4), new byte[] {'P', 'K', 3, 4});
    }
  }

  private SequencedMap<String, Tensor> readZip() throws IOException {
    try (ZipFile zip = open()) {
      String folder = folder(zip);
      byte[] byteOrder = content(zip, folder + "byteorder", 16);
      if (byteOrder != null && !new String(byteOrder, StandardCharsets.US_ASCII).equals("little")) {
        throw new DrsnException(file + " is not little-endian; save it on a little-endian machine");
      }
      if (zip.getEntry(folder + "constants.pkl") != null) {
        throw new DrsnException(
            file + " is TorchScript; save model.state_dict() from it in Python");
      }
      byte[] pickle = content(zip, folder + "data.pkl", LONGEST_PICKLE);
      TorchPickle reader = new TorchPickle(file);
      SequencedMap<String, View> views = views(reader.next(new ByteArrayInputStream(pickle)));
      TorchTensors tensors = new TorchTensors(file, views);
      for (Storage storage : tensors.storages()) {
        ZipEntry entry = zip.getEntry(folder + "data/" + storage.key());
        if (entry == null || entry.getSize() != bytes(file, storage)) {
          throw damaged(file, "a tensor's data are missing or of another size");
        }
        try (CheckedInputStream in = open(zip, entry)) {
          tensors.add(storage, in);
          requireChecksum(entry, in);
        }
      }
      return tensors.complete();
    }
  }

  private ZipFile open() throws IOException {
    ZipFile zip;
    try {
      zip = new ZipFile(file.toFile());
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(file, "it is not a whole zip archive");
    }
    int entries = zip.size();
    if (entries > MOST_ENTRIES) {
      zip.close();
      throw damaged(file, "it has " + entries + " entries");
    }
    return zip;
  }

  /** The one folder that all entries lie in, with its slash. */
  private String folder(ZipFile zip) {
    String found = null;
    long total = 0;
    for (ZipEntry entry : Collections.list(zip.entries())) {
      if (entry.getMethod() != ZipEntry.STORED) {
        throw new DrsnException(
            file
                + ": entry "
                + Entries.printable(entry.getName())
                + " is compressed, which"
                + " torch.save never does; save it again in Python");
      }
      total += entry.getSize();
      String name = entry.getName();
      if (name.endsWith("/data.pkl") && name.indexOf('/') == name.length() - "/data.pkl".length()) {
        found = name.substring(0, name.length() - "data.pkl".length());
      }
    }
    if (total > file.toFile().length()) {
      throw damaged(file, "its entries together are larger than itself");
    }
    if (found == null) {
      throw new DrsnException(
          file + " is a zip archive without data.pkl; name a file that torch.save wrote");
    }
    return found;
  }

  private byte[] content(ZipFile zip, String name, int most) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      return null;
    }
    if (entry.getSize() > most) {
      throw damaged(file, "its " + name.substring(name.indexOf('/') + 1) + " is too large");
    }
    try (CheckedInputStream in = open(zip, entry)) {
      byte[] content = in.readAllBytes();
      requireChecksum(entry, in);
      return content;
    }
  }

  private static CheckedInputStream open(ZipFile zip, ZipEntry entry) throws IOException {
    return new CheckedInputStream(zip.getInputStream(entry), new CRC32());
  }

  /** ZipFile leaves checksums alone; torch.save can be told to write zeros instead. */
  private void requireChecksum(ZipEntry entry, CheckedInputStream in) {
    if (entry.getCrc() != 0 && entry.getCrc() != in.getChecksum().getValue()) {
      throw damaged(file, "a checksum is wrong");
    }
  }

  private SequencedMap<String, Tensor> readSequence() throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      TorchPickle reader = new TorchPickle(file);
      if (!MAGIC.equals(reader.next(in)) || !Integer.valueOf(PROTOCOL).equals(reader.next(in))) {
        throw damaged(file, "it does not begin as a PyTorch checkpoint");
      }
      if (!(reader.next(in) instanceof Map<?, ?> machine)
          || !Boolean.TRUE.equals(machine.get("little_endian"))) {
        throw new DrsnException(file + " is not little-endian; save it on a little-endian machine");
      }
      SequencedMap<String, View> views = views(reader.next(in));
      TorchTensors tensors = new TorchTensors(file, views);
      if (!(reader.next(in) instanceof List<?> keys)) {
        throw damaged(file, "it does not list its data");
      }
      for (Object key : keys) {
        Storage storage = reader.storages().get(String.valueOf(key));
        ByteBuffer count = ByteBuffer.wrap(in.readNBytes(8)).order(ByteOrder.LITTLE_ENDIAN);
        if (storage == null || count.remaining() < 8 || count.getLong() != storage.elements()) {
          throw damaged(file, "a tensor's data are missing or of another size");
        }
        if (tensors.needs(storage)) {
          tensors.add(storage, in);
        } else {
          in.skipNBytes(bytes(file, storage));
        }
      }
      return tensors.complete();
    }
  }

  private SequencedMap<String, View> views(Object root) {
    if (!(root instanceof Map<?, ?> all)) {
      throw new DrsnException(file + " holds no state_dict; save model.state_dict() in Python");
    }
    Map<?, ?> dictionary = all;
    for (String wrapper : WRAPPERS) {
      if (all.get(wrapper) instanceof Map<?, ?> inner && holdsTensors(inner)) {
        dictionary = inner;
        break;
      }
    }
    if (!holdsTensors(dictionary)) {
      throw new DrsnException(
          file + " holds no tensors by name; save model.state_dict() in Python");
    }
    SequencedMap<String, View> views = new LinkedHashMap<>();
    dictionary.forEach(
        (key, value) -> {
          if (value instanceof View view && key instanceof String name && wanted.test(name)) {
            views.put(name, view);
          }
        });
    return views;
  }

  private static boolean holdsTensors(Map<?, ?> dictionary) {
    return dictionary.values().stream().anyMatch(View.class::isInstance);
  }

  /** A storage's size in the file; it cannot be larger than that. */
  static long bytes(Path file, Storage storage) {
    long elements = storage.elements();
    if (elements > file.toFile().length() / storage.dtype().bytes()) {
      throw damaged(file, "it claims more data than it has");
    }
    return elements * storage.dtype().bytes();
  }

  static DrsnException damaged(Path file, String what) {
    return new DrsnException(
        file + ": " + what + "; the file is damaged or not a PyTorch checkpoint, fetch it again");
  }
}
