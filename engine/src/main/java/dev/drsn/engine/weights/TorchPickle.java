package dev.drsn.engine.weights;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * The pickles in PyTorch's checkpoints. A pickle is a program that names Python classes and calls
 * them; this reader knows the few that tensors need, as plain values, and refuses the first other
 * name before anything else is read. Nothing that a file names is ever run.
 *
 * <p>Python's dict and OrderedDict become LinkedHashMap, tuples Object[], lists ArrayList, tensors
 * {@link View}.
 */
final class TorchPickle extends Unpickler {

  /**
   * Beyond what checkpoints of thousands of tensors need; keeps a hostile pickle small in memory.
   */
  private static final int MOST_OPCODES = 4_000_000;

  private static final int LONGEST_TEXT = 1 << 16;

  private final Path file;
  private final Map<String, Storage> storages = new HashMap<>();
  private int opcodes;

  /** The array behind tensors: one entry of the zip, or one run of bytes in the older form. */
  record Storage(String key, DType dtype, long elements) {}

  /** A tensor: a strided window into a storage; nothing of it is checked yet. */
  record View(Storage storage, long offset, long[] extents, long[] strides) {}

  /** A storage's Python class: named in a pickle, never called. */
  private record StorageClass(DType dtype) implements IObjectConstructor {
    @Override
    public Object construct(Object[] arguments) {
      throw new PickleException("a storage is not made by calling its class");
    }
  }

  TorchPickle(Path file) {
    this.file = file;
  }

  /**
   * Reads one pickle and no byte beyond it.
   *
   * @throws DrsnException where it names another class or is not valid
   */
  Object next(InputStream in) {
    try {
      return load(in);
    } catch (DrsnException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new DrsnException(
          file + ": its pickle ends too early or is not valid; the file is damaged, fetch it again",
          e);
    }
  }

  /** The storages that the pickles so far refer to, by key. */
  Map<String, Storage> storages() {
    return storages;
  }

  @Override
  protected Object dispatch(short opcode) throws IOException {
    if (++opcodes > MOST_OPCODES) {
      throw new PickleException("too many opcodes");
    }
    switch (opcode) {
      case Opcodes.GLOBAL ->
          stack.add(known(PickleUtils.readline(input), PickleUtils.readline(input)));
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) stack.pop();
        stack.add(known((String) stack.pop(), name));
      }
      case Opcodes.INST, Opcodes.OBJ, Opcodes.NEWOBJ_EX, Opcodes.EXT1, Opcodes.EXT2, Opcodes.EXT4 ->
          throw refused("a way of making objects that tensors never need");
      case Opcodes.BUILD -> {
        stack.pop();
        // Attributes beside an object's content (_metadata, gradient hooks): no use of theirs here.
        if (!(stack.peek() instanceof Map || stack.peek() instanceof View)) {
          throw new PickleException("attributes for what has none");
        }
      }
      case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<>());
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        Object key = stack.pop();
        put(stack.peek(), key, value);
      }
      case Opcodes.SETITEMS -> {
        List<Object> items = stack.pop_all_since_marker();
        for (int i = 0; i < items.size(); i += 2) {
          put(stack.peek(), items.get(i), items.get(i + 1));
        }
      }
      case Opcodes.BINUNICODE -> stack.add(new String(text(), StandardCharsets.UTF_8));
      case Opcodes.BINSTRING -> stack.add(new String(text(), StandardCharsets.ISO_8859_1));
      case Opcodes.MARK,
          Opcodes.STOP,
          Opcodes.NONE,
          Opcodes.NEWTRUE,
          Opcodes.NEWFALSE,
          Opcodes.BININT,
          Opcodes.BININT1,
          Opcodes.BININT2,
          Opcodes.LONG1,
          Opcodes.BINFLOAT,
          Opcodes.SHORT_BINUNICODE,
          Opcodes.SHORT_BINSTRING,
          Opcodes.EMPTY_TUPLE,
          Opcodes.TUPLE,
          Opcodes.TUPLE1,
          Opcodes.TUPLE2,
          Opcodes.TUPLE3,
          Opcodes.EMPTY_LIST,
          Opcodes.APPEND,
          Opcodes.APPENDS,
          Opcodes.BINPUT,
          Opcodes.LONG_BINPUT,
          Opcodes.MEMOIZE,
          Opcodes.BINGET,
          Opcodes.LONG_BINGET,
          Opcodes.REDUCE,
          Opcodes.NEWOBJ,
          Opcodes.BINPERSID,
          Opcodes.PROTO,
          Opcodes.FRAME -> {
        return super.dispatch(opcode);
      }
      default -> throw new PickleException("opcode " + opcode + " is none that PyTorch writes");
    }
    return NO_RETURN_VALUE;
  }

  /** The stand-in for a Python class or function, where it is one that tensors need. */
  private IObjectConstructor known(String module, String name) {
    String full = module + "." + name;
    return switch (full) {
      case "collections.OrderedDict" -> TorchPickle::dictionary;
      case "torch.Size" -> arguments -> (Object[]) arguments[0];
      case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> TorchPickle::tensor;
      case "torch._utils._rebuild_parameter", "torch.nn.parameter.Parameter" ->
          arguments -> (View) arguments[0];
      case "torch.FloatStorage" -> new StorageClass(DType.F32);
      case "torch.DoubleStorage" -> new StorageClass(DType.F64);
      case "torch.HalfStorage" -> new StorageClass(DType.F16);
      case "torch.BFloat16Storage" -> new StorageClass(DType.BF16);
      case "torch.LongStorage" -> new StorageClass(DType.I64);
      case "torch.IntStorage" -> new StorageClass(DType.I32);
      case "torch.ShortStorage" -> new StorageClass(DType.I16);
      case "torch.CharStorage" -> new StorageClass(DType.I8);
      case "torch.ByteStorage" -> new StorageClass(DType.U8);
      case "torch.BoolStorage" -> new StorageClass(DType.BOOL);
      default -> throw refused(Entries.printable(full));
    };
  }

  private DrsnException refused(String what) {
    return new DrsnException(
        file
            + ": its pickle asks for "
            + what
            + ", and drsn reads nothing but tensors; if you trust the file, save"
            + " model.state_dict() from it in Python");
  }

  private static Map<Object, Object> dictionary(Object[] arguments) {
    Map<Object, Object> all = new LinkedHashMap<>();
    if (arguments.length > 0) {
      for (Object pair : (List<?>) arguments[0]) {
        Object[] item = pair instanceof List<?> list ? list.toArray() : (Object[]) pair;
        put(all, item[0], item[1]);
      }
    }
    return all;
  }

  private static void put(Object dictionary, Object key, Object value) {
    // A list or dict as a key, which Python refuses too, would be hashed through and through.
    if (key instanceof List || key instanceof Map) {
      throw new PickleException("a key that can change");
    }
    @SuppressWarnings("unchecked")
    Map<Object, Object> map = (Map<Object, Object>) dictionary;
    map.put(key, value);
  }

  /** Arguments: storage, offset, extents, strides, then what is of no interest here. */
  private static View tensor(Object[] arguments) {
    return new View(
        (Storage) arguments[0], whole(arguments[1]), numbers(arguments[2]), numbers(arguments[3]));
  }

  private static long[] numbers(Object tuple) {
    Object[] all = (Object[]) tuple;
    long[] numbers = new long[all.length];
    for (int i = 0; i < all.length; i++) {
      numbers[i] = whole(all[i]);
    }
    return numbers;
  }

  private static long whole(Object number) {
    if (number instanceof Integer || number instanceof Long) {
      return ((Number) number).longValue();
    }
    throw new PickleException("no whole number");
  }

  /** The id of a storage: ('storage', class, key, device, elements, window or None). */
  @Override
  protected Object persistentLoad(Object id) {
    Object[] parts = (Object[]) id;
    if (!parts[0].equals("storage") || parts.length > 5 && parts[5] != null) {
      throw new PickleException("another id than a storage's");
    }
    Storage storage =
        new Storage((String) parts[2], ((StorageClass) parts[1]).dtype(), whole(parts[4]));
    Storage earlier = storages.putIfAbsent(storage.key(), storage);
    if (storage.elements() < 0 || earlier != null && !earlier.equals(storage)) {
      throw new PickleException("a storage of two sizes");
    }
    return storage;
  }

  private byte[] text() throws IOException {
    int length = PickleUtils.bytes_to_integer(PickleUtils.readbytes(input, 4));
    if (length < 0 || length > LONGEST_TEXT) {
      throw new PickleException("a text of " + length + " bytes");
    }
    return PickleUtils.readbytes(input, length);
  }
}
