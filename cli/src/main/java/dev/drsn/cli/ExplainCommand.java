package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Tuning;
import dev.drsn.engine.explain.Explainer;
import dev.drsn.engine.explain.Explanation;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.image.Face;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.weights.Model;
import dev.drsn.trainer.evaluate.Charts;
import dev.drsn.trainer.experiment.ExplanationPicture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn explain}: where a network looks, and what its gates let through. */
@Command(
    name = "explain",
    description = {
      "Shows for each face which places speak for a class (Grad-CAM) and, for",
      "shrinkage networks, each block's thresholds and share of zeroed activations.",
      "Without --model it uses the one that ships with drsn: eight emotions of FER+."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn explain --out why photo.jpg",
      "  drsn explain --class sadness --stage 3 --out why photo.jpg",
      "  drsn explain --model runs/first/best.safetensors --face none --json faces/ > why.jsonl"
    },
    exitCodeList = {
      "0:done",
      "1:some picture could not be read or has no face",
      "2:the command line was wrong"
    })
final class ExplainCommand implements Callable<Integer> {

  @Mixin private BackendOptions backends;
  @Mixin private FaceOptions faces;
  @Mixin private ModelOption model;
  @Mixin private Output output;
  @Mixin private PictureArguments pictures;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where a picture (.png) and the numbers (.json) of each face go.")
  private Path out;

  @Option(
      names = "--class",
      paramLabel = "NAME",
      description = "The class to explain; default: the likeliest.")
  private String label;

  @Option(
      names = "--stage",
      paramLabel = "N",
      description =
          "Map the output of this convolutional stage, 1 the first: earlier ones have finer maps"
              + " of simpler things; default: the last.")
  private Integer stage;

  private final Set<String> names = new HashSet<>();

  @Override
  public Integer call() {
    List<Path> files = pictures.files();
    Model loaded = model.read();
    OptionalInt explained = label == null ? OptionalInt.empty() : OptionalInt.of(index(loaded));
    OptionalInt at = stage == null ? OptionalInt.empty() : OptionalInt.of(stage);
    boolean draws = out != null && Charts.possible();
    try (Backend backend = backends.openQuietly(Tuning.OFF);
        Explainer explainer = new Explainer(loaded, backend, at)) {
      if (out != null && !draws) {
        output.err().println("drsn: " + Charts.IMPOSSIBLE);
      }
      return pictures.each(
          files,
          output,
          (file, image) -> {
            List<Face> found = faces.detectorFor(image).detect(image);
            if (found.isEmpty()) {
              throw new DrsnException(
                  "no face found in "
                      + file
                      + "; give a picture with one, or --face none where the picture is the face");
            }
            for (int i = 0; i < found.size(); i++) {
              Explanation why = explainer.explain(image, found.get(i).box(), explained);
              ObjectNode json = ExplanationText.json(file, i, found.get(i), loaded.labels(), why);
              output.print(json, ExplanationText.text(file, found.get(i), loaded.labels(), why));
              if (out != null) {
                write(loaded, image, found.get(i), file, i, why, json, draws);
              }
            }
          });
    } finally {
      faces.close();
    }
  }

  private int index(Model loaded) {
    int index = loaded.labels().indexOf(label);
    if (index < 0) {
      throw new DrsnException(
          "the model has no class "
              + label
              + "; choose one of "
              + String.join(", ", loaded.labels()));
    }
    return index;
  }

  private void write(
      Model loaded,
      Image image,
      Face face,
      Path file,
      int number,
      Explanation why,
      ObjectNode json,
      boolean draws) {
    String name = name(file, number);
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw new DrsnException(out + " cannot be made: " + e.getMessage() + "; name another", e);
    }
    if (draws) {
      ExplanationPicture.write(
          loaded,
          image,
          face.box(),
          why,
          file.getFileName() + ", face " + number,
          out.resolve(name + ".png"));
    }
    byte[] bytes = (json.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(out.resolve(name + ".json"), stream -> stream.write(bytes));
  }

  /** The picture's name and the face's number; pictures of one name in two folders get another. */
  private String name(Path file, int number) {
    String stem = file.getFileName().toString().replaceFirst("\\.[^.]+$", "") + "-" + number;
    String name = stem;
    for (int i = 2; !names.add(name); i++) {
      name = stem + "-" + i;
    }
    return name;
  }
}
