package dev.drsn.cli;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Tuning;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.stream.Classifier;
import dev.drsn.engine.stream.Prediction;
import dev.drsn.engine.weights.Model;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn classify}: pictures in, a line a face out. */
@Command(
    name = "classify",
    description = {
      "Finds the faces in pictures and says what they express: a line a face.",
      "Without --model it uses the one that ships with drsn: eight emotions of FER+."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn classify photo.jpg",
      "  drsn classify --model runs/first/best.safetensors --face none faces/*.png",
      "  drsn classify --json frames/ > results.jsonl"
    },
    exitCodeList = {"0:done", "1:some picture could not be read", "2:the command line was wrong"})
final class ClassifyCommand implements Callable<Integer> {

  private static final int BATCH = 8;

  @Mixin private BackendOptions backends;
  @Mixin private TuneOption tune;
  @Mixin private FaceOptions faces;
  @Mixin private ModelOption model;
  @Mixin private Output output;
  @Mixin private PictureArguments pictures;

  @Override
  public Integer call() {
    List<Path> files = pictures.files();
    Thread.ofPlatform().daemon().start(faces::prepare);
    Model loaded = model.read();
    try (Backend backend = backends.openQuietly(tune.or(Tuning.KNOWN));
        Classifier classifier = new Classifier(loaded, backend, BATCH)) {
      return pictures.each(
          files,
          output,
          (file, image) ->
              print(file, loaded.labels(), classifier.classify(image, faces.detectorFor(image))));
    } finally {
      faces.close();
    }
  }

  private void print(Path file, List<String> labels, List<Prediction> predictions) {
    if (predictions.isEmpty()) {
      ObjectNode json = Output.object().put("image", file.toString()).putNull("face");
      output.print(json, file + "  no face found");
    }
    for (int i = 0; i < predictions.size(); i++) {
      Prediction prediction = predictions.get(i);
      output.print(json(file, i, labels, prediction), text(file, labels, prediction));
    }
  }

  private static ObjectNode json(Path file, int face, List<String> labels, Prediction prediction) {
    ObjectNode json = Output.object().put("image", file.toString()).put("face", face);
    Box box = prediction.face().box();
    json.putObject("box")
        .put("x", box.x())
        .put("y", box.y())
        .put("width", box.width())
        .put("height", box.height());
    json.put("score", prediction.face().score())
        .put("label", labels.get(prediction.label()))
        .put("probability", prediction.probability());
    ObjectNode probabilities = json.putObject("probabilities");
    for (int k = 0; k < labels.size(); k++) {
      probabilities.put(labels.get(k), prediction.probabilities().get(k));
    }
    return json;
  }

  private static String text(Path file, List<String> labels, Prediction prediction) {
    Box box = prediction.face().box();
    List<Float> p = prediction.probabilities();
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%s  %dx%d+%d+%d ",
                file,
                box.width(),
                box.height(),
                box.x(),
                box.y()));
    Stream.iterate(0, k -> k + 1)
        .limit(labels.size())
        .sorted((a, b) -> Float.compare(p.get(b), p.get(a)))
        .limit(3)
        .forEach(
            k ->
                text.append(
                    String.format(Locale.ROOT, " %s %.1f %%", labels.get(k), 100 * p.get(k))));
    return text.toString();
  }
}
