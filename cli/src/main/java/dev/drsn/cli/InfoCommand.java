package dev.drsn.cli;

import dev.drsn.engine.Backends;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Processor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn info}: what this machine offers and what drsn makes of it. */
@Command(name = "info", description = "Tells about this machine, the backends and a model.")
final class InfoCommand implements Callable<Integer> {

  private static final String CUDA =
      "not in this version: only the CPU computes; no driver or card would change that";

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
    for (String name : Backends.NAMES) {
      if (!name.equals("auto")) {
        try (Backend backend = Backends.open(name, 0).backend()) {
          backends.addObject().put("name", name).put("available", true);
          text.append(String.format("%-10s %s%n", name, backend.description()));
        }
      }
    }
    backends.addObject().put("name", "cuda").put("available", false).put("reason", CUDA);
    text.append(String.format("%-10s %s%n", "cuda", CUDA));
    text.append(String.format("%-10s %s", "model", describe(json)));
    output.print(json, text.toString());
    return 0;
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
