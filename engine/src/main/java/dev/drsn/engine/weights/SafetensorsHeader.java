package dev.drsn.engine.weights;

import dev.drsn.engine.tensor.DType;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * The JSON at the head of a safetensors file: for each entry its number format, extents and bytes
 * {@code [begin, end)} within the data, and under {@code __metadata__} texts by name.
 *
 * <p>The entries must tile the data: no gap, no overlap, each as long as its extents need. That is
 * stricter than reading needs, and what makes a damaged offset show.
 */
record SafetensorsHeader(
    SequencedMap<String, Entry> entries, SequencedMap<String, String> metadata) {

  private static final String METADATA = "__metadata__";

  /** Strict about duplicates; names come from files, so they are not kept in any table. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .build();

  /** Where one tensor lies. */
  record Entry(DType dtype, long[] extents, long begin, long end) {

    long bytes() {
      return end - begin;
    }
  }

  /** What is wrong with a header, without the file's name. */
  static final class Invalid extends Exception {
    private static final long serialVersionUID = 1L;

    Invalid(String what) {
      super(what);
    }
  }

  /**
   * Reads and checks a header.
   *
   * @param dataSize the bytes that follow the header in the file
   */
  static SafetensorsHeader parse(byte[] json, long dataSize) throws Invalid {
    SequencedMap<String, Entry> entries = new LinkedHashMap<>();
    SequencedMap<String, String> metadata = new LinkedHashMap<>();
    try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), utf8(json))) {
      expect(in.nextToken() == JsonToken.START_OBJECT, "its header is not a JSON object");
      for (String name = in.nextName(); name != null; name = in.nextName()) {
        expect(in.nextToken() == JsonToken.START_OBJECT, "its header is not one of safetensors");
        if (name.equals(METADATA)) {
          readMetadata(in, metadata);
        } else {
          entries.put(name, readEntry(in, name));
        }
      }
      expect(in.currentToken() == JsonToken.END_OBJECT, "its header is not one of safetensors");
      expect(in.nextToken() == null, "something follows the JSON of its header");
    } catch (JacksonException e) {
      throw new Invalid("its header is not valid JSON");
    }
    checkTiling(entries, dataSize);
    return new SafetensorsHeader(entries, metadata);
  }

  private static String utf8(byte[] json) throws Invalid {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
    } catch (CharacterCodingException e) {
      throw new Invalid("its header is not valid UTF-8");
    }
  }

  private static void readMetadata(JsonParser in, Map<String, String> metadata) throws Invalid {
    for (String name = in.nextName(); name != null; name = in.nextName()) {
      expect(in.nextToken() == JsonToken.VALUE_STRING, "its metadata hold more than texts");
      metadata.put(name, in.getString());
    }
    expect(in.currentToken() == JsonToken.END_OBJECT, "its metadata hold more than texts");
  }

  private static Entry readEntry(JsonParser in, String name) throws Invalid {
    String shown = Entries.printable(name);
    DType dtype = null;
    long[] extents = null;
    long[] offsets = null;
    for (String field = in.nextName(); field != null; field = in.nextName()) {
      in.nextToken();
      switch (field) {
        case "dtype" -> dtype = readDType(in, shown);
        case "shape" -> extents = readNumbers(in, shown);
        case "data_offsets" -> offsets = readNumbers(in, shown);
        default -> throw new Invalid("entry " + shown + " has a field that safetensors has not");
      }
    }
    expect(
        dtype != null && extents != null && offsets != null && offsets.length == 2,
        "entry " + shown + " lacks dtype, shape or data_offsets");
    Entry entry = new Entry(dtype, extents, offsets[0], offsets[1]);
    expect(entry.begin <= entry.end, "entry " + shown + " ends before it begins");
    expect(
        product(extents, dtype.bytes()) == entry.bytes(),
        "entry " + shown + " has " + entry.bytes() + " bytes, its shape another number");
    return entry;
  }

  private static DType readDType(JsonParser in, String shown) throws Invalid {
    expect(in.currentToken() == JsonToken.VALUE_STRING, "entry " + shown + " has no dtype");
    String label = in.getString();
    for (DType dtype : DType.values()) {
      if (dtype.name().equals(label)) {
        return dtype;
      }
    }
    throw new Invalid(
        "entry "
            + shown
            + " is in the number format "
            + Entries.printable(label)
            + ", which drsn does not read");
  }

  private static long[] readNumbers(JsonParser in, String shown) throws Invalid {
    String what =
        "entry " + shown + " has a shape or offset that is no whole number from 0 to 2^63";
    expect(in.currentToken() == JsonToken.START_ARRAY, what);
    List<Long> numbers = new ArrayList<>();
    while (in.nextToken() == JsonToken.VALUE_NUMBER_INT) {
      long number = in.getLongValue();
      expect(number >= 0, what);
      numbers.add(number);
    }
    expect(in.currentToken() == JsonToken.END_ARRAY, what);
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  /** The product, or -1 where it is beyond a long. */
  private static long product(long[] extents, long bytes) {
    long product = bytes;
    for (long extent : extents) {
      if (extent == 0) {
        return 0;
      }
      product = Math.multiplyHigh(product, extent) != 0 ? -1 : product * extent;
      if (product < 0) {
        return -1;
      }
    }
    return product;
  }

  private static void checkTiling(Map<String, Entry> entries, long dataSize) throws Invalid {
    long end = 0;
    for (Map.Entry<String, Entry> next : byOffset(entries)) {
      Entry entry = next.getValue();
      String shown = Entries.printable(next.getKey());
      expect(entry.end <= dataSize, "entry " + shown + " reaches beyond the end of the file");
      expect(entry.begin >= end, "entry " + shown + " overlaps another");
      expect(entry.begin == end, "bytes before entry " + shown + " belong to no entry");
      end = entry.end;
    }
    expect(end == dataSize, "bytes at its end belong to no entry");
  }

  /** The entries in the order of their data. */
  static List<Map.Entry<String, Entry>> byOffset(Map<String, Entry> entries) {
    return entries.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin)
                .thenComparingLong(e -> e.getValue().end))
        .toList();
  }

  /** The header as it is written: metadata first, then the entries in their order. */
  byte[] toJson() {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      out.writeStartObject();
      if (!metadata.isEmpty()) {
        out.writeObjectPropertyStart(METADATA);
        metadata.forEach(out::writeStringProperty);
        out.writeEndObject();
      }
      entries.forEach(
          (name, entry) -> {
            out.writeObjectPropertyStart(name);
            out.writeStringProperty("dtype", entry.dtype.name());
            out.writeName("shape");
            out.writeArray(entry.extents, 0, entry.extents.length);
            out.writeName("data_offsets");
            out.writeArray(new long[] {entry.begin, entry.end}, 0, 2);
            out.writeEndObject();
          });
      out.writeEndObject();
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void expect(boolean holds, String otherwise) throws Invalid {
    if (!holds) {
      throw new Invalid(otherwise);
    }
  }
}
