package dev.drsn.engine.image;

import dev.drsn.engine.DrsnException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_objdetect;

/** The first use of OpenCV's native libraries: they load once, when a picture is first read. */
final class OpenCv {
  static {
    // JavaCPP refuses to allocate when the process is larger than its guess of what is right, which
    // counts this program's own off-heap tensors; who sets the property knows better.
    if (System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes") == null) {
      System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    }
    loading(
        () -> {
          Loader.load(opencv_core.class);
          Loader.load(opencv_imgcodecs.class);
        });
  }

  private OpenCv() {}

  /** Loads what reads and writes pictures, if that has not happened yet. */
  static void load() {
    // Being called initialises the class.
  }

  /** Loads what finds faces too. */
  static void loadDetection() {
    loading(() -> Loader.load(opencv_objdetect.class));
  }

  private static void loading(Runnable libraries) {
    try {
      libraries.run();
    } catch (LinkageError e) {
      String platform = Loader.getPlatform();
      throw new DrsnException(
          "OpenCV does not load: " + e.getMessage() + "; build with -Djavacpp.platform=" + platform,
          e);
    }
  }
}
