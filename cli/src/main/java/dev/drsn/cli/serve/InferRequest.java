package dev.drsn.cli.serve;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Image;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request for inference, checked. It has one of two inputs:
 *
 * <ul>
 *   <li>the tensor named input, FP32, N x C x H x W: prepared pictures, as JSON numbers or as
 *       binary data
 *   <li>the tensor named image, BYTES, N: picture files of faces that were cut out, in base64 in
 *       JSON, or as binary data with a length of four bytes before each
 * </ul>
 *
 * @param id the client's own, or null
 * @param rows how many inputs
 * @param inputs all of them, prepared
 * @param binary whether the answer's numbers are wanted as binary data
 */
record InferRequest(String id, int rows, float[] inputs, boolean binary) {

  /**
   * Reads a request.
   *
   * @param headerLength bytes of JSON before the binary data, or -1 where there are none
   */
  static InferRequest parse(byte[] body, int headerLength, ServedModel model) {
    int length = headerLength < 0 ? body.length : headerLength;
    if (length > body.length) {
      throw bad("Inference-Header-Content-Length is " + length + ", the body " + body.length);
    }
    JsonNode json;
    try {
      json = JsonMapper.shared().readTree(body, 0, length);
    } catch (JacksonException e) {
      throw bad("the body is not JSON");
    }
    JsonNode inputs = json == null ? null : json.get("inputs");
    if (inputs == null || !inputs.isArray() || inputs.size() != 1 || !inputs.get(0).isObject()) {
      throw bad("'inputs' is a list of one tensor, '" + names() + "'");
    }
    JsonNode tensor = inputs.get(0);
    ByteBuffer binary = binary(tensor, body, length);
    String name = text(tensor, "name");
    JsonNode id = json.get("id");
    if (id != null && (!id.isString() || id.asString().length() > 256)) {
      throw bad("'id' is a text of up to 256 characters");
    }
    float[] rows =
        switch (name) {
          case ServedModel.INPUT -> numbers(tensor, binary, model);
          case ServedModel.IMAGE -> pictures(tensor, binary, model);
          default -> throw bad("there is no such input; there is '" + names() + "'");
        };
    return new InferRequest(
        id == null ? null : id.asString(),
        rows.length / model.preprocess().elements(),
        rows,
        wantsBinary(json));
  }

  private static String names() {
    return ServedModel.INPUT + "' or '" + ServedModel.IMAGE;
  }

  private static HttpError bad(String what) {
    return new HttpError(400, what);
  }

  private static String text(JsonNode node, String key) {
    JsonNode value = node.get(key);
    if (value == null || !value.isString()) {
      throw bad("'" + key + "' of the input is missing or no text");
    }
    return value.asString();
  }

  /** The tensor's binary data, all that follows the JSON; null where it has none. */
  private static ByteBuffer binary(JsonNode tensor, byte[] body, int length) {
    JsonNode size = tensor.path("parameters").get("binary_data_size");
    if (size == null) {
      if (length != body.length) {
        throw bad("there is binary data and no input has a 'binary_data_size'");
      }
      return null;
    }
    if (!size.isInt() || size.intValue() != body.length - length) {
      throw bad("'binary_data_size' is not the " + (body.length - length) + " bytes that came");
    }
    if (tensor.has("data")) {
      throw bad("the input has both 'data' and 'binary_data_size'");
    }
    return ByteBuffer.wrap(body, length, body.length - length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The number of rows, where the shape is N and these. */
  private static int rows(JsonNode tensor, String type, int[] sample, ServedModel model) {
    if (!text(tensor, "datatype").equals(type)) {
      throw bad("the input's datatype is " + type);
    }
    JsonNode shape = tensor.get("shape");
    boolean fits = shape != null && shape.isArray() && shape.size() == sample.length + 1;
    for (int i = 0; fits && i < sample.length; i++) {
      fits = shape.get(i + 1).isInt() && shape.get(i + 1).intValue() == sample[i];
    }
    if (!fits || !shape.get(0).isInt()) {
      throw bad("the input's shape is [N" + (sample.length == 0 ? "" : ", " + list(sample)) + "]");
    }
    int rows = shape.get(0).intValue();
    if (rows < 1 || rows > model.mostRows()) {
      throw bad("N is 1 to " + model.mostRows());
    }
    return rows;
  }

  private static String list(int[] sample) {
    List<String> extents = new ArrayList<>();
    for (int extent : sample) {
      extents.add(Integer.toString(extent));
    }
    return String.join(", ", extents);
  }

  private static float[] numbers(JsonNode tensor, ByteBuffer binary, ServedModel model) {
    int rows = rows(tensor, "FP32", model.sample(), model);
    float[] numbers = new float[rows * model.preprocess().elements()];
    if (binary != null) {
      if (binary.remaining() != 4L * numbers.length) {
        throw bad("the shape needs " + 4L * numbers.length + " bytes of binary data");
      }
      binary.asFloatBuffer().get(numbers);
    } else {
      JsonNode data = data(tensor);
      if (flatten(data, numbers, 0) != numbers.length) {
        throw bad("the shape needs " + numbers.length + " numbers");
      }
    }
    for (float number : numbers) {
      if (!Float.isFinite(number)) {
        throw bad("the input has numbers that are not finite");
      }
    }
    return numbers;
  }

  private static JsonNode data(JsonNode tensor) {
    JsonNode data = tensor.get("data");
    if (data == null || !data.isArray()) {
      throw bad("the input's 'data' is missing or no list");
    }
    return data;
  }

  /** Lists of lists give the same as one flat list. */
  private static int flatten(JsonNode data, float[] numbers, int at) {
    int next = at;
    for (JsonNode each : data) {
      if (each.isArray()) {
        next = flatten(each, numbers, next);
      } else if (!each.isNumber()) {
        throw bad("the input's data are not all numbers");
      } else if (next == numbers.length) {
        throw bad("the shape needs " + numbers.length + " numbers");
      } else {
        numbers[next++] = number(each);
      }
    }
    return next;
  }

  private static float number(JsonNode node) {
    try {
      return node.floatValue();
    } catch (JacksonException e) {
      // Too large for a float.
      return Float.NaN;
    }
  }

  private static float[] pictures(JsonNode tensor, ByteBuffer binary, ServedModel model) {
    int rows = rows(tensor, "BYTES", new int[0], model);
    int each = model.preprocess().elements();
    float[] numbers = new float[rows * each];
    JsonNode data = binary == null ? data(tensor) : null;
    if (data != null && data.size() != rows) {
      throw bad("the shape needs " + rows + " pictures");
    }
    for (int i = 0; i < rows; i++) {
      byte[] file = data == null ? next(binary) : decoded(data.get(i));
      try {
        Image image = Image.decode(file, "picture " + i);
        model.preprocess().apply(image, Box.of(image), numbers, i * each);
      } catch (DrsnException e) {
        throw bad(e.getMessage());
      }
    }
    if (binary != null && binary.hasRemaining()) {
      throw bad("there is binary data behind the last picture");
    }
    return numbers;
  }

  private static byte[] decoded(JsonNode picture) {
    try {
      if (picture.isString()) {
        return Base64.getDecoder().decode(picture.asString());
      }
    } catch (IllegalArgumentException e) {
      throw bad("a picture in JSON is a file in base64");
    }
    throw bad("a picture in JSON is a file in base64");
  }

  private static byte[] next(ByteBuffer binary) {
    if (binary.remaining() < 4) {
      throw bad("the binary data end before the last picture");
    }
    int length = binary.getInt();
    if (length < 1 || length > binary.remaining()) {
      throw bad("a picture's length does not fit the binary data");
    }
    byte[] file = new byte[length];
    binary.get(file);
    return file;
  }

  private static boolean wantsBinary(JsonNode json) {
    boolean binary = json.path("parameters").path("binary_data_output").asBoolean(false);
    JsonNode outputs = json.get("outputs");
    if (outputs == null) {
      return binary;
    }
    for (JsonNode output : outputs) {
      if (!ServedModel.OUTPUT.equals(output.path("name").asString(""))) {
        throw bad("there is no such output; there is '" + ServedModel.OUTPUT + "'");
      }
      binary = output.path("parameters").path("binary_data").asBoolean(binary);
    }
    return binary;
  }
}
