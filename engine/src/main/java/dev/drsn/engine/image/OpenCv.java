package dev.drsn.engine.image;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.NativeLoading;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.global.opencv_objdetect;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.RectVector;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_objdetect.CascadeClassifier;
import org.bytedeco.opencv.opencv_objdetect.FaceDetectorYN;

/**
 * The first use of OpenCV's native libraries: they load once, when a picture is first read.
 *
 * <p>JavaCPP looks for each library under many names in all jars and all modules of Java, and loads
 * more than is used: half a second of every start. On Linux those that are used are loaded by name
 * instead, each after those it needs, and JavaCPP is told to look for none while its classes
 * initialise. A class that is missing here would be slow to initialise, and no more.
 */
final class OpenCv {
  private static final String JAVACPP = "/org/bytedeco/javacpp/";
  private static final String OPENBLAS = "/org/bytedeco/openblas/";
  private static final String OPENCV = "/org/bytedeco/opencv/";
  private static final String VERSION =
      ".so." + opencv_core.CV_VERSION_MAJOR + opencv_core.CV_VERSION_MINOR;

  static {
    // JavaCPP refuses to allocate when the process is larger than its guess of what is right, which
    // counts this program's own off-heap tensors; who sets the property knows better.
    if (System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes") == null) {
      System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    }
    loading(
        List.of(
            new Library(JAVACPP, "libjnijavacpp.so"),
            new Library(OPENBLAS, "libgcc_s.so.1"),
            new Library(OPENBLAS, "libquadmath.so.0"),
            new Library(OPENBLAS, "libgfortran.so.5"),
            new Library(OPENBLAS, "libopenblas.so.0"),
            new Library(OPENCV, "libopencv_core" + VERSION),
            new Library(OPENCV, "libjniopencv_core.so"),
            new Library(OPENCV, "libopencv_imgproc" + VERSION),
            new Library(OPENCV, "libjniopencv_imgproc.so"),
            new Library(OPENCV, "libopencv_imgcodecs" + VERSION),
            new Library(OPENCV, "libjniopencv_imgcodecs.so")),
        List.of(
            BytePointer.class,
            FloatPointer.class,
            IntPointer.class,
            opencv_core.class,
            opencv_imgproc.class,
            opencv_imgcodecs.class,
            Mat.class,
            Point.class,
            Rect.class,
            RectVector.class,
            Scalar.class,
            Size.class));
  }

  /**
   * A library in a jar.
   *
   * @param folder of its preset, with that of the platform in it
   */
  private record Library(String folder, String name) {}

  private OpenCv() {}

  /** Loads what reads and writes pictures, if that has not happened yet. */
  static void load() {
    // Being called initialises the class.
  }

  /** Loads what finds faces too. */
  static void loadDetection() {
    Detection.load();
  }

  /** Has OpenCV work in the caller's thread alone. */
  static void oneThread() {
    opencv_core.setNumThreads(1);
  }

  private static final class Detection {
    static {
      loading(
          List.of(
              new Library(OPENCV, "libopencv_flann" + VERSION),
              new Library(OPENCV, "libopencv_features2d" + VERSION),
              new Library(OPENCV, "libopencv_calib3d" + VERSION),
              new Library(OPENCV, "libopencv_dnn" + VERSION),
              new Library(OPENCV, "libopencv_objdetect" + VERSION),
              new Library(OPENCV, "libjniopencv_objdetect.so")),
          List.of(opencv_objdetect.class, CascadeClassifier.class, FaceDetectorYN.class));
    }

    private Detection() {}

    static void load() {
      // Being called initialises the class.
    }
  }

  private static void loading(List<Library> libraries, List<Class<?>> classes) {
    NativeLoading.alone(() -> load(libraries, classes));
  }

  private static void load(List<Library> libraries, List<Class<?>> classes) {
    try {
      if (!known(libraries)) {
        initialise(classes);
        return;
      }
      String lookUp = "org.bytedeco.javacpp.loadlibraries";
      String before = System.getProperty(lookUp);
      System.setProperty(lookUp, "false");
      try {
        initialise(classes);
      } finally {
        if (before == null) {
          System.clearProperty(lookUp);
        } else {
          System.setProperty(lookUp, before);
        }
      }
    } catch (LinkageError e) {
      String platform = Loader.getPlatform();
      throw new DrsnException(
          "OpenCV does not load: " + e.getMessage() + "; build with -Djavacpp.platform=" + platform,
          e);
    }
  }

  private static void initialise(List<Class<?>> classes) {
    for (Class<?> each : classes) {
      try {
        Class.forName(each.getName(), true, OpenCv.class.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /**
   * Unpacks and loads them; false where JavaCPP has to see for itself. One that no jar has may be
   * one that no other needs: a bundle's OpenBLAS needs no Fortran.
   */
  private static boolean known(List<Library> libraries) {
    String platform = Loader.getPlatform();
    if (!platform.startsWith("linux-")) {
      return false;
    }
    List<File> files = new ArrayList<>();
    try {
      for (Library each : libraries) {
        File file = Loader.cacheResource(OpenCv.class, each.folder + platform + "/" + each.name);
        if (file != null) {
          files.add(file);
        }
      }
      files.forEach(file -> System.load(file.getPath()));
      return true;
    } catch (IOException | UnsatisfiedLinkError e) {
      return false;
    }
  }
}
