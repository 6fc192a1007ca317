package dev.drsn.cli;

import dev.drsn.engine.Backends;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Processor;
import dev.drsn.engine.cuda.CudaProbe;
import dev.drsn.engine.cuda.CudaStatus;
import dev.drsn.engine.cuda.Gpu;
import dev.drsn.engine.stream.HardwareDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn info}: what this machine offers and what drsn makes of it. */
@Command(name = "info", description = "Tells about this machine, the backends and a model.")
final class InfoCommand implements Callable<Integer> {

  @Mixin private ModelOption model;
  @Mixin private Output output;

  @Override
  public Integer call() {
    ObjectNode json = Output.object();
    StringBuilder text = new StringBuilder();
    Runtime runtime = Runtime.getRuntime();
    line(json, text, "drsn", Drsn.version());
    line(json, text, "java", Runtime.version() + ", " + System.getProperty("java.vendor"));
    line(
        json,
        text,
        "system",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", "
            + System.getProperty("os.arch"));
    line(
        json,
        text,
        "processor",
        Processor.name() + ", " + runtime.availableProcessors() + " threads");
    line(
        json,
        text,
        "memory",
        String.format(Locale.ROOT, "%d MB for the Java heap at most", runtime.maxMemory() >> 20));
    ArrayNode backends = json.putArray("backends");
    for (String name : List.of("cpu", "reference")) {
      try (Backend backend = Backends.open(name, 0).backend()) {
        backends.addObject().put("name", name).put("available", true);
        text.append(String.format("%-10s %s%n", name, backend.description()));
      }
    }
    cuda(backends.addObject(), text);
    line(json, text, "video", HardwareDecoder.description());
    text.append(String.format("%-10s %s", "model", describe(json)));
    output.print(json, text.toString());
    return 0;
  }

  private static void cuda(ObjectNode json, StringBuilder text) {
    CudaStatus status = CudaProbe.status();
    json.put("name", "cuda").put("available", status.available());
    if (!status.available()) {
      json.put("reason", status.reason());
    } else {
      json.put("driver", status.driver());
      json.put("cuda", status.runtime());
      json.put("cudnn", status.cudnn());
      json.put("libraries", status.folder());
      ArrayNode gpus = json.putArray("gpus");
      for (Gpu gpu : status.gpus()) {
        gpus.addObject()
            .put("name", gpu.name())
            .put("capability", gpu.capability())
            .put("memory", gpu.memory());
      }
    }
    text.append(String.format("%-10s %s%n", "cuda", status.description()));
  }

  private static void line(ObjectNode json, StringBuilder text, String key, String value) {
    json.put(key, value);
    text.append(String.format("%-10s %s%n", key, value));
  }

  private String describe(ObjectNode json) {
    Path file = model.file();
    if (!model.given() && !Files.exists(file)) {
      return "none ships with this drsn: " + file + " is missing";
    }
    ModelSummary summary = ModelSummary.of(model.read());
    json.set("model", summary.json().put("file", file.toString()));
    return file + System.lineSeparator() + summary.text().indent(11).stripTrailing();
  }
}
