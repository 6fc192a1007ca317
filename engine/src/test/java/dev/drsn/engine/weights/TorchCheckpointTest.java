package dev.drsn.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.TorchFiles.Pickle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorchCheckpointTest {

  private static final long[] TWO_BY_THREE = {2, 3};

  @TempDir Path folder;

  /** A state_dict of two tensors and a counter, wrapped as training scripts do. */
  private static byte[] samplePickle() {
    return new Pickle()
        .ops("}(")
        .text("epoch")
        .number(3)
        .text("state_dict")
        .orderedDict()
        .op('(')
        .text("module.fc.weight")
        .tensor("FloatStorage", "0", 6, 0, TWO_BY_THREE, 3, 1)
        .text("module.fc.bias")
        .tensor("FloatStorage", "1", 2, 0, new long[] {2}, 1)
        .text("module.bn.num_batches_tracked")
        .tensor("FloatStorage", "2", 1, 0, new long[0])
        .op('u')
        .ops("}(")
        .text("_metadata")
        .orderedDict()
        .ops("ub")
        .op('u')
        .end();
  }

  private static Map<String, byte[]> sampleStorages() {
    Map<String, byte[]> storages = new LinkedHashMap<>();
    storages.put("0", TorchFiles.floats(1, 2, 3, 4, 5, 6));
    storages.put("1", TorchFiles.floats(-1, -2));
    storages.put("2", TorchFiles.floats(9));
    return storages;
  }

  private static byte[] sample(boolean zip) throws IOException {
    return zip
        ? TorchFiles.zip(samplePickle(), sampleStorages())
        : TorchFiles.sequence(samplePickle(), sampleStorages(), 4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readsBothForms(boolean zip) throws IOException {
    Path file = write(sample(zip));
    SequencedMap<String, Tensor> read =
        TorchCheckpoint.read(file, name -> !name.endsWith("num_batches_tracked"));
    SequencedMap<String, Tensor> expected = new LinkedHashMap<>();
    expected.put("module.fc.weight", tensor(Shape.of(2, 3), 1, 2, 3, 4, 5, 6));
    expected.put("module.fc.bias", tensor(Shape.of(2), -1, -2));
    assertThat(read).isEqualTo(expected);
    assertThat(read.keySet()).containsExactlyElementsOf(expected.keySet());
  }

  /**
   * Transposed, shifted and shared windows, a scalar, and a stride that a single row never takes.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void followsStrides(boolean zip) throws IOException {
    byte[] pickle =
        new Pickle()
            .ops("}(")
            .text("transposed")
            .tensor("FloatStorage", "0", 6, 0, new long[] {3, 2}, 1, 3)
            .text("shifted")
            .tensor("FloatStorage", "0", 6, 2, new long[] {2, 1, 2}, 2, 99, 1)
            .text("scalar")
            .tensor("FloatStorage", "0", 6, 5, new long[0])
            .op('u')
            .end();
    Map<String, byte[]> storages = Map.of("0", TorchFiles.floats(0, 1, 2, 3, 4, 5));
    Path file =
        write(zip ? TorchFiles.zip(pickle, storages) : TorchFiles.sequence(pickle, storages, 4));
    SequencedMap<String, Tensor> read = TorchCheckpoint.read(file, name -> true);
    assertThat(read.get("transposed")).isEqualTo(tensor(Shape.of(3, 2), 0, 3, 1, 4, 2, 5));
    assertThat(read.get("shifted")).isEqualTo(tensor(Shape.of(2, 1, 2), 2, 3, 4, 5));
    assertThat(read.get("scalar")).isEqualTo(tensor(Shape.of(1), 5));
  }

  /** As PyTorch before 0.4 wrote parameters, and later ones; other number formats. */
  @Test
  void readsParametersAndFormats() throws IOException {
    byte[] pickle =
        new Pickle()
            .ops("}(")
            .text("old")
            .global("torch.nn.parameter", "Parameter")
            .op('(')
            .global("torch._utils", "_rebuild_tensor")
            .op('(')
            .storage("HalfStorage", "0", 1)
            .number(0)
            .tuple(1)
            .tuple(1)
            .ops("tRtR")
            .ops("(")
            .bytes(0x88, 0x89)
            .ops("NtbX\3\0\0\0new")
            .global("torch._utils", "_rebuild_parameter")
            .op('(')
            .tensor("LongStorage", "1", 1, 0, new long[] {1}, 1)
            .bytes(0x88)
            .orderedDict()
            .ops("tRu")
            .end();
    byte[] one = {0, 0x3C};
    byte[] two = {2, 0, 0, 0, 0, 0, 0, 0};
    Path file = write(TorchFiles.zip(pickle, Map.of("0", one, "1", two)));
    SequencedMap<String, Tensor> read = TorchCheckpoint.read(file, name -> true);
    assertThat(read.get("old").data()).containsExactly(1);
    assertThat(read.get("new").data()).containsExactly(2);
  }

  @ParameterizedTest
  @CsvSource({
    "posix, system",
    "os, system",
    "builtins, eval",
    "builtins, getattr",
    "__builtin__, bytearray",
    "torch, load",
    "torch.storage, _load_from_bytes",
    "collections, OrderedDict.clear",
    "datetime, datetime",
    "subprocess, Popen"
  })
  void refusesEveryOtherClass(String module, String name) throws IOException {
    String expected =
        "its pickle asks for " + module + "." + name + ", and drsn reads nothing but tensors";
    Pickle byGlobal = new Pickle().global(module, name).ops("(").text("touch pwned").ops("tR");
    assertRefused(TorchFiles.zip(byGlobal.end(), Map.of()), expected);
    assertRefused(TorchFiles.sequence(byGlobal.end(), Map.of(), 4), expected);
    Pickle onTheStack = new Pickle().text(module).text(name).bytes(0x93).ops(")R");
    assertRefused(TorchFiles.zip(onTheStack.end(), Map.of()), expected);
    Pickle instance = new Pickle().ops("(").ops("i" + module + "\n" + name + "\n");
    assertRefused(TorchFiles.zip(instance.end(), Map.of()), "its pickle asks for");
  }

  @Test
  void aClassNameCannotForgeLines() throws IOException {
    Pickle pickle = new Pickle().text("os\nok: loaded\u001b[2J").text("system").bytes(0x93);
    assertRefused(TorchFiles.zip(pickle.end(), Map.of()), "asks for os?ok: loaded?[2J.system");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "6|0|2,4|4,1|reaches beyond its data",
        "6|1|2,3|3,1|reaches beyond its data",
        "6|-1|2,3|3,1|reaches beyond its data",
        "6|0|2,3|3,-1|reaches beyond its data",
        "6|0|2,3|3|reaches beyond its data",
        "6|0|2,3|9223372036854775807,1|reaches beyond its data",
        "6|0|9223372036854775807,3|9223372036854775807,1|reaches beyond its data",
        "6|9223372036854775807|1|1|reaches beyond its data",
        "6|0|-2,3|3,1|which no tensor here can be",
        "6|0|1,1,1,2,3|6,6,6,3,1|has 5 dimensions",
        "6|0|1048576,4096|0,0|which no tensor here can be",
        "6|0|1048576,512|0,0|tensors are much larger than their data",
        "7|0|2,3|3,1|data are missing or of another size",
        "1099511627776|0|2,3|3,1|claims more data than it has",
        "-6|0|2,3|3,1|not valid",
      })
  void refusesWindows(long elements, long offset, String extents, String strides, String why)
      throws IOException {
    byte[] pickle =
        new Pickle()
            .ops("}(")
            .text("w")
            .tensor("FloatStorage", "0", elements, offset, longs(extents), longs(strides))
            .op('u')
            .end();
    Map<String, byte[]> storages = Map.of("0", TorchFiles.floats(1, 2, 3, 4, 5, 6));
    assertRefused(TorchFiles.zip(pickle, storages), why);
    assertRefused(TorchFiles.sequence(pickle, storages, 4), why);
  }

  @Test
  void refusesZipBombs() throws IOException {
    Map<String, byte[]> bomb = new LinkedHashMap<>();
    bomb.put("made/data.pkl", samplePickle());
    bomb.put("made/data/0", new byte[50_000_000]);
    byte[] packed = TorchFiles.archive(bomb, ZipEntry.DEFLATED);
    assertThat(packed.length).isLessThan(100_000);
    assertRefused(packed, "is compressed");

    Map<String, byte[]> many = new LinkedHashMap<>();
    for (int i = 0; i <= 100_000; i++) {
      many.put("made/data/" + i, new byte[0]);
    }
    assertRefused(TorchFiles.archive(many, ZipEntry.STORED), "has 100001 entries");

    // An uncompressed entry that claims more than the archive holds, in the central directory.
    byte[] zip = sample(true);
    int central = lastIndexOf(zip, new byte[] {'P', 'K', 1, 2}, "made/data/0");
    zip[central + 27] = 0x40;
    assertRefused(zip, "damaged");
  }

  @Test
  void refusesPickleBombs() throws IOException {
    assertRefused(
        TorchFiles.zip(new Pickle().ops("}".repeat(4_000_001)).end(), Map.of()), "not valid");
    byte[] longText = {(byte) 0x80, 2, 'X', -1, -1, -1, 0x7F};
    assertRefused(TorchFiles.zip(longText, Map.of()), "not valid");
    byte[] recursiveKey = new Pickle().ops("}]q\0h\0aNs").end();
    assertRefused(TorchFiles.zip(recursiveKey, Map.of()), "not valid");
  }

  @Test
  void saysWhatElseTheFileIs() throws IOException {
    assertRefused("just text\n".getBytes(StandardCharsets.US_ASCII), "damaged");
    assertRefused(new byte[0], "damaged");
    Map<String, byte[]> other = Map.of("a.txt", new byte[3]);
    assertRefused(TorchFiles.archive(other, ZipEntry.STORED), "without data.pkl");
    assertRefused(TorchFiles.zip(new Pickle().ops("]").end(), Map.of()), "no state_dict");
    assertRefused(TorchFiles.zip(new Pickle().ops("}").end(), Map.of()), "no tensors by name");
    Map<String, byte[]> script = new LinkedHashMap<>();
    script.put("made/data.pkl", samplePickle());
    script.put("made/constants.pkl", new byte[0]);
    assertRefused(TorchFiles.archive(script, ZipEntry.STORED), "TorchScript");
    Map<String, byte[]> big = new LinkedHashMap<>();
    big.put("made/data.pkl", samplePickle());
    big.put("made/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
    assertRefused(TorchFiles.archive(big, ZipEntry.STORED), "not little-endian");
    assertThatThrownBy(() -> TorchCheckpoint.read(folder.resolve("no.pth"), name -> true))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("does not exist");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void namesEntriesThatAreNotFinite(boolean zip) throws IOException {
    Map<String, byte[]> storages = sampleStorages();
    storages.put("1", TorchFiles.floats(1, Float.NaN));
    assertRefused(
        zip
            ? TorchFiles.zip(samplePickle(), storages)
            : TorchFiles.sequence(samplePickle(), storages, 4),
        "NaN or infinite numbers in module.fc.bias;");
  }

  /** One or two bits of every byte, and the files cut off at every other length. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noDamageGivesAnotherException(boolean zip) throws IOException {
    byte[] good = sample(zip);
    SplittableRandom random = new SplittableRandom(3);
    int refused = 0;
    for (int i = 0; i < 2 * good.length; i++) {
      byte[] bad = good.clone();
      bad[i / 2] ^= (byte) (1 << random.nextInt(8));
      refused += reads(write(bad)) ? 0 : 1;
    }
    assertThat(refused).isGreaterThan(good.length / 2);
    for (int length = 0; length < good.length; length += 2) {
      Path file = write(Arrays.copyOf(good, length));
      assertThat(reads(file)).as("cut to %d bytes", length).isFalse();
    }
  }

  @Test
  void aFlippedBitInTheDataIsNoticed() throws IOException {
    byte[] zip = sample(true);
    byte[] data = TorchFiles.floats(1, 2, 3, 4, 5, 6);
    int at = lastIndexOf(zip, data, "");
    zip[at + 9] ^= 1;
    assertRefused(zip, "a checksum is wrong");
  }

  private static boolean reads(Path file) {
    try {
      TorchCheckpoint.read(file, name -> true);
      return true;
    } catch (DrsnException e) {
      assertThat(e.getMessage()).doesNotContain("\n", "\r").contains(file.toString(), ";");
      return false;
    }
  }

  private void assertRefused(byte[] bytes, String why) throws IOException {
    Path file = write(bytes);
    assertThatThrownBy(() -> TorchCheckpoint.read(file, name -> true))
        .isInstanceOf(DrsnException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(why)
        .hasMessageContaining(";")
        .hasMessageNotContaining("\n");
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("made.pth"), bytes);
  }

  private static Tensor tensor(Shape shape, float... data) {
    return new Tensor(shape, data);
  }

  private static long[] longs(String list) {
    return Arrays.stream(list.split(",")).mapToLong(Long::parseLong).toArray();
  }

  /** Where bytes begin that are followed within 60 bytes by a text. */
  private static int lastIndexOf(byte[] all, byte[] part, String followedBy) {
    String text = new String(all, StandardCharsets.ISO_8859_1);
    String wanted = new String(part, StandardCharsets.ISO_8859_1);
    for (int i = text.lastIndexOf(wanted); i >= 0; i = text.lastIndexOf(wanted, i - 1)) {
      if (text.substring(i, Math.min(text.length(), i + 60)).contains(followedBy)) {
        return i;
      }
    }
    throw new IllegalArgumentException("not found");
  }
}
