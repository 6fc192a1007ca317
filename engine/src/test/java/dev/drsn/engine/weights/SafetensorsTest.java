package dev.drsn.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {

  @TempDir Path folder;

  private static SequencedMap<String, Tensor> sample() {
    SplittableRandom random = new SplittableRandom(1);
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (Shape shape :
        List.of(Shape.of(3, 1, 3, 3), Shape.of(3), Shape.of(5, 3), Shape.of(1, 2, 5))) {
      float[] data = new float[shape.elements()];
      for (int i = 0; i < data.length; i++) {
        data[i] = (float) random.nextGaussian();
      }
      tensors.put("z" + (9 - tensors.size()) + ".weight \"ä\"", new Tensor(shape, data));
    }
    return tensors;
  }

  @Test
  void floatsComeBackToTheBit() throws IOException {
    Path file = folder.resolve("a.safetensors");
    Map<String, String> metadata = Map.of("width", "8", "labels", "[\"müde\\n\",\"\"]");
    Safetensors.write(file, sample(), metadata, DType.F32);
    Safetensors.Content content = Safetensors.read(file, name -> true);
    assertThat(content.tensors()).isEqualTo(sample());
    assertThat(content.tensors().keySet()).containsExactlyElementsOf(sample().keySet());
    assertThat(content.metadata()).isEqualTo(metadata);
    assertThat(Safetensors.readMetadata(file)).isEqualTo(metadata);

    Path again = folder.resolve("b.safetensors");
    Safetensors.write(again, content.tensors(), content.metadata(), DType.F32);
    assertThat(again).hasSameBinaryContentAs(file);
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void halvesAreRoundedToNearest(DType precision) {
    Path file = folder.resolve("half.safetensors");
    Safetensors.write(file, sample(), Map.of(), precision);
    SequencedMap<String, Tensor> read = Safetensors.read(file, name -> true).tensors();
    double step = precision == DType.F16 ? 1.0 / 2048 : 1.0 / 256;
    sample()
        .forEach(
            (name, tensor) -> {
              assertThat(read.get(name).shape()).isEqualTo(tensor.shape());
              if (tensor.shape().rank() == 1) {
                assertThat(read.get(name)).as("vectors stay as they are").isEqualTo(tensor);
              }
              for (int i = 0; i < tensor.data().length; i++) {
                float x = tensor.data()[i];
                assertThat(read.get(name).data()[i])
                    .isCloseTo(x, within((float) (step * Math.abs(x) + 1e-7)));
              }
            });
  }

  /** Ties go to the even neighbour; 1 + 2^-8 lies between bfloat16's 1 and 1 + 2^-7. */
  @ParameterizedTest
  @CsvSource({
    "BF16, 1.00390625, 1.0",
    "BF16, 1.01171875, 1.015625",
    "BF16, -1.00390625, -1.0",
    "BF16, 1.004, 1.0078125",
    "F16, 1.00048828125, 1.0",
    "F16, 1.00146484375, 1.001953125",
    "F16, 5.9604645e-8, 5.9604645e-8",
    "F16, 65519, 65504",
    "BF16, 1e-40, 9.1835e-41"
  })
  void ties(DType precision, float value, float kept) {
    Path file = folder.resolve("tie.safetensors");
    SequencedMap<String, Tensor> one = new LinkedHashMap<>();
    one.put("x", Tensor.filled(Shape.of(1, 1), value));
    Safetensors.write(file, one, Map.of(), precision);
    assertThat(Safetensors.read(file, n -> true).tensors().get("x").data()).containsExactly(kept);
  }

  @Test
  void refusesToWriteWhatCouldNotBeRead() {
    Path file = folder.resolve("a.safetensors");
    SequencedMap<String, Tensor> one = new LinkedHashMap<>();
    one.put("fc.weight", Tensor.filled(Shape.of(1, 1), 70_000));
    assertThatThrownBy(() -> Safetensors.write(file, one, Map.of(), DType.F16))
        .isInstanceOf(DrsnException.class)
        .hasMessageEndingWith("fc.weight holds 70000.0, too large for F16; write F32");
    one.put("fc.weight", Tensor.filled(Shape.of(1), Float.NaN));
    assertThatThrownBy(() -> Safetensors.write(file, one, Map.of(), DType.F32))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("fc.weight holds NaN");
    assertThat(file).doesNotExist();
  }

  /** Every number format, laid out in another order than the header's, with a scalar among them. */
  @Test
  void readsEveryNumberFormat() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(37).order(ByteOrder.LITTLE_ENDIAN);
    data.putDouble(-2.5).putLong(-3).putInt(4).putFloat(5.5f);
    data.putShort(Float.floatToFloat16(-6)).putShort((short) 0x40E0).putShort((short) -8);
    data.put((byte) -9).put((byte) 200).put((byte) 1).putInt(7);
    String header =
        "{\"bool\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[32,33]},"
            + "\"f64\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},"
            + "\"i64\":{\"dtype\":\"I64\",\"shape\":[1,1],\"data_offsets\":[8,16]},"
            + "\"i32\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[16,20]},"
            + "\"f32\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[20,24]},"
            + "\"f16\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[24,26]},"
            + "\"bf16\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[26,28]},"
            + "\"i16\":{\"dtype\":\"I16\",\"shape\":[1],\"data_offsets\":[28,30]},"
            + "\"i8\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[30,31]},"
            + "\"u8\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[31,32]},"
            + "\"five\":{\"dtype\":\"I8\",\"shape\":[1,1,1,2,2],\"data_offsets\":[33,37]}}   ";
    Path file = file(header, data.array());
    SequencedMap<String, Tensor> read =
        Safetensors.read(file, name -> !name.equals("five")).tensors();
    SequencedMap<String, Float> values = new LinkedHashMap<>();
    read.forEach((name, tensor) -> values.put(name, tensor.data()[0]));
    assertThat(values.toString())
        .isEqualTo(
            "{bool=1.0, f64=-2.5, i64=-3.0, i32=4.0, f32=5.5, f16=-6.0, bf16=7.0, i16=-8.0, "
                + "i8=-9.0, u8=200.0}");
    assertThat(read.get("f64").shape()).isEqualTo(Shape.of(1));
    assertThatThrownBy(() -> Safetensors.read(file, name -> true))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("entry five has 5 dimensions");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|its header is not a JSON object",
        "{\"a\":3}|its header is not one of safetensors",
        "{\"a\":{}}|entry a lacks dtype",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]|its header is not valid JSON",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}x|its header is not valid"
            + " JSON",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}{}|something follows",
        "{\"a\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[0,8]}}|the number format F4",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}|no whole number",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}|no whole number",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}|not"
            + " valid JSON",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}|its"
            + " shape another",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387906],\"data_offsets\":[0,8]}}|its"
            + " shape another",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}|entry a has 8 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}|ends before it begins",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}|reaches beyond the end",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|bytes before entry a",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|bytes at its end",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|entry"
            + " b overlaps another",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|not"
            + " valid JSON",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,0],\"data_offsets\":[0,0]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|which"
            + " no tensor here can be",
        "{\"__metadata__\":{\"a\":1}}|its metadata hold more than texts",
        "{\"__metadata__\":{\"a\":{}}}|its metadata hold more than texts",
      })
  void refusesAHeader(String header, String why) throws IOException {
    assertRefused(file(header, new byte[8]), why);
  }

  @Test
  void refusesBombs() throws IOException {
    assertRefused(file("{\"a\":".repeat(100_000), new byte[0]), "a field that safetensors has not");
    assertRefused(file("{\"a\":" + "[".repeat(100_000), new byte[0]), "not one of safetensors");
    assertRefused(
        file(
            "{\"a\":{\"dtype\":\"I8\",\"shape\":["
                + "1,".repeat(99_999)
                + "1],\"data_offsets\":[0,1]}}",
            new byte[1]),
        "100000 dimensions");
    assertRefused(file("{\"" + "a".repeat(1_000_000) + "\":{}}", new byte[0]), "not valid JSON");
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "1152921504606846976", "-1", "9223372036854775807", "100000001", "17"})
  void refusesAHeaderLength(long length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Path file = Files.write(folder.resolve("x.safetensors"), bytes.array());
    assertRefused(file, "it claims a header of " + Long.toUnsignedString(length) + " bytes");
  }

  @Test
  void refusesWhatIsNoFile() throws IOException {
    assertThatThrownBy(() -> Safetensors.read(folder, n -> true))
        .hasMessageContaining("not a file");
    assertThatThrownBy(() -> Safetensors.read(folder.resolve("no"), n -> true))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("does not exist");
    assertRefused(Files.write(folder.resolve("empty"), new byte[0]), "only 0 bytes");
    byte[] latin1 = "{\"ä\":{}}".getBytes(StandardCharsets.ISO_8859_1);
    assertRefused(bytes(latin1, new byte[0]), "not valid UTF-8");
  }

  @Test
  void namesEntriesThatAreNotFinite() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(1).putFloat(Float.NEGATIVE_INFINITY);
    String header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"bad\\nname\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}";
    assertRefused(file(header, data.array()), "NaN or infinite numbers in bad?name; ");
  }

  /** Every bit of a small file, one at a time; and the file cut off at every length. */
  @Test
  void noDamageGivesAnotherException() throws IOException {
    Path file = folder.resolve("small.safetensors");
    Safetensors.write(file, sample(), Map.of("format", "1"), DType.F16);
    byte[] good = Files.readAllBytes(file);
    int refused = 0;
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      refused += readsOrRefuses(Files.write(file, bad)) ? 0 : 1;
    }
    assertThat(refused).isGreaterThan(good.length / 2);
    for (int length = 0; length < good.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(good, length));
      assertThat(readsOrRefuses(file)).as("cut to %d bytes", length).isFalse();
    }
  }

  private static boolean readsOrRefuses(Path file) {
    try {
      Safetensors.read(file, name -> true);
      return true;
    } catch (DrsnException e) {
      assertThat(e.getMessage()).doesNotContain("\n", "\r").contains(file.toString(), ";");
      return false;
    }
  }

  private static void assertRefused(Path file, String why) {
    assertThatThrownBy(() -> Safetensors.read(file, name -> true))
        .isInstanceOf(DrsnException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(why)
        .hasMessageNotContaining("\n");
  }

  private Path file(String header, byte[] data) throws IOException {
    return bytes(header.getBytes(StandardCharsets.UTF_8), data);
  }

  private Path bytes(byte[] header, byte[] data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
    out.write(header);
    out.write(data);
    return Files.write(folder.resolve("made.safetensors"), out.toByteArray());
  }
}
