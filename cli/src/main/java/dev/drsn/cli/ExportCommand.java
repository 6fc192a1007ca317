package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.weights.Model;
import dev.drsn.engine.weights.OnnxWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn export}: a model for other programs. */
@Command(
    name = "export",
    description = {
      "Writes a model as ONNX or safetensors.",
      "ONNX has the input 'input' [N, C, H, W] and the output 'logits' [N, classes]."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn export --model best.safetensors --format onnx --out best.onnx",
      "  drsn export --model best.safetensors --format safetensors --precision f16 --out"
          + " small.safetensors"
    })
final class ExportCommand implements Callable<Integer> {

  @Mixin private ModelOption model;
  @Mixin private Output output;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      required = true,
      description = "onnx or safetensors.")
  private String format;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description = "Of safetensors: f32, f16 or bf16; default: ${DEFAULT-VALUE}.")
  private String precision;

  @Option(names = "--out", paramLabel = "FILE", required = true, description = "The file to write.")
  private Path out;

  @Override
  public Integer call() {
    Model loaded = model.read();
    switch (format) {
      case "onnx" -> {
        if (!precision.equals("f32")) {
          throw new DrsnException("ONNX is written as f32; leave --precision out");
        }
        OnnxWriter.write(out, loaded);
      }
      case "safetensors" -> loaded.write(out, type());
      default ->
          throw new DrsnException("there is no format " + format + "; choose onnx or safetensors");
    }
    ObjectNode json =
        ModelSummary.of(loaded).json().put("format", format).put("out", out.toString());
    output.print(json, String.format(Locale.ROOT, "%s written to %s", format, out));
    return 0;
  }

  private DType type() {
    return switch (precision) {
      case "f32" -> DType.F32;
      case "f16" -> DType.F16;
      case "bf16" -> DType.BF16;
      default ->
          throw new DrsnException(
              "there is no precision " + precision + "; choose f32, f16 or bf16");
    };
  }
}
