package dev.drsn.engine.weights;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.drsn.engine.tensor.DType;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * One protocol-buffer message of ONNX, written field by field under the numbers of onnx.proto3. A
 * message knows its size before it is written, as the wire format wants it, and keeps arrays by
 * reference: a network's weights are in memory once.
 */
final class OnnxMessage {

  /** One field; {@code out} is what {@code coded} writes to. */
  @FunctionalInterface
  private interface Field {
    void writeTo(CodedOutputStream coded, OutputStream out) throws IOException;
  }

  private final List<Field> fields = new ArrayList<>();
  private long size;

  /** Bytes on the wire, without its own tag and length. */
  long size() {
    return size;
  }

  OnnxMessage number(int field, long value) {
    size += CodedOutputStream.computeInt64Size(field, value);
    fields.add((coded, out) -> coded.writeInt64(field, value));
    return this;
  }

  OnnxMessage decimal(int field, float value) {
    size += CodedOutputStream.computeFloatSize(field, value);
    fields.add((coded, out) -> coded.writeFloat(field, value));
    return this;
  }

  OnnxMessage text(int field, String value) {
    size += CodedOutputStream.computeStringSize(field, value);
    fields.add((coded, out) -> coded.writeString(field, value));
    return this;
  }

  /** A message within this one; it must be complete. */
  OnnxMessage message(int field, OnnxMessage inner) {
    length(field, inner.size);
    fields.add(inner::writeTo);
    return this;
  }

  /** The bytes of an array, little-endian; the array must not change before it is written. */
  OnnxMessage floats(int field, float[] values) {
    length(field, 4L * values.length);
    fields.add(
        (coded, out) -> {
          coded.flush();
          Elements.write(out, DType.F32, values);
        });
    return this;
  }

  private void length(int field, long bytes) {
    size += CodedOutputStream.computeTagSize(field);
    size += CodedOutputStream.computeUInt64SizeNoTag(bytes) + bytes;
    fields.add(
        (coded, out) -> {
          coded.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
          coded.writeUInt64NoTag(bytes);
        });
  }

  /** Writes all fields in the order they were given. */
  void writeTo(OutputStream out) throws IOException {
    CodedOutputStream coded = CodedOutputStream.newInstance(out);
    writeTo(coded, out);
    coded.flush();
  }

  private void writeTo(CodedOutputStream coded, OutputStream out) throws IOException {
    for (Field field : fields) {
      field.writeTo(coded, out);
    }
  }
}
