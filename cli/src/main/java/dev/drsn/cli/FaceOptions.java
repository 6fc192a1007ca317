package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import java.nio.file.Path;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** How faces are found: options of every command that looks at pictures. */
final class FaceOptions implements AutoCloseable {

  /** Pictures with a shorter side below this are taken for faces that were cut out. */
  private static final int SMALL = 96;

  @Option(
      names = "--face",
      paramLabel = "HOW",
      defaultValue = "auto",
      description =
          "none (the picture is the face), haar (OpenCV's frontal cascade), or auto: none for"
              + " pictures below 96 pixels, else haar; default: ${DEFAULT-VALUE}.")
  private String how;

  @Option(
      names = "--face-model",
      paramLabel = "FILE",
      description = "Find faces with this YuNet network (.onnx) instead.")
  private Path model;

  @Option(
      names = "--min-face",
      paramLabel = "PIXELS",
      defaultValue = "0",
      description = "The smallest face wanted; default: a twelfth of the picture's shorter side.")
  private int minFace;

  private final FaceDetector whole = FaceDetector.none();
  private FaceDetector search;

  /** Loads what reading pictures and searching them takes. */
  void prepare() {
    try {
      Image.prepare();
      if (!how.equals("none")) {
        FaceDetector.prepare();
      }
    } catch (DrsnException | LinkageError _) {
      // Told to whoever needs it.
    }
  }

  /** The detector for a picture; searching ones are made at first use and kept. */
  FaceDetector detectorFor(Image image) {
    boolean small = Math.min(image.width(), image.height()) < SMALL;
    return switch (how) {
      case "none" -> whole;
      case "auto" -> small ? whole : search();
      case "haar" -> search();
      default -> throw unknown();
    };
  }

  private FaceDetector search() {
    if (search == null) {
      search = open();
    }
    return search;
  }

  private FaceDetector open() {
    return model != null ? FaceDetector.yuNet(model, minFace) : FaceDetector.haar(minFace);
  }

  /** Makes a detector for frames of a camera, which are never taken for faces unless told so. */
  Supplier<FaceDetector> ofCameras() {
    return switch (how) {
      case "none" -> FaceDetector::none;
      case "auto", "haar" ->
          () -> {
            FaceDetector detector = open();
            FaceDetector.oneThread();
            return detector;
          };
      default -> throw unknown();
    };
  }

  /** Whether faces are searched, and not taken as they come. */
  boolean searches() {
    return !how.equals("none");
  }

  /** Whether colours help in finding faces. */
  boolean colours() {
    return model != null;
  }

  private DrsnException unknown() {
    return new DrsnException(
        "there is no way " + how + " of finding faces; choose auto, haar or none");
  }

  @Override
  public void close() {
    if (search != null) {
      search.close();
    }
  }
}
