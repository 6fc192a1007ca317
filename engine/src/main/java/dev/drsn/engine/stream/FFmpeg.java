package dev.drsn.engine.stream;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.NativeLoading;
import java.nio.charset.StandardCharsets;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avdevice;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.Loader;

/** The first use of FFmpeg's native libraries: they load once, when a video is first read. */
final class FFmpeg {
  private static final int MESSAGE = 256;

  static {
    try {
      NativeLoading.alone(
          () -> {
            Loader.load(avutil.class);
            Loader.load(avcodec.class);
            Loader.load(avformat.class);
            Loader.load(swscale.class);
          });
      // Its log would print addresses with their passwords; errors are told in our own words.
      avutil.av_log_set_level(avutil.AV_LOG_QUIET);
    } catch (LinkageError e) {
      throw new DrsnException(
          "FFmpeg does not load: "
              + e.getMessage()
              + "; build with -Djavacpp.platform="
              + Loader.getPlatform(),
          e);
    }
  }

  private FFmpeg() {}

  /** Loads what reads and writes video, if that has not happened yet. */
  static void load() {
    // Being called initialises the class.
  }

  /** Loads what reads webcams. It needs libraries of a desktop, so nothing else waits for it. */
  static void loadDevices() {
    load();
    try {
      NativeLoading.alone(() -> Loader.load(avdevice.class));
      avdevice.avdevice_register_all();
    } catch (LinkageError e) {
      throw new DrsnException(
          "webcams cannot be read: "
              + e.getMessage()
              + "; install libxcb1, libxcb-shm0, libasound2 and libpulse0",
          e);
    }
  }

  /** What one of FFmpeg's error codes means. */
  static String message(int error) {
    byte[] text = new byte[MESSAGE];
    avutil.av_strerror(error, text, text.length);
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return new String(text, 0, end, StandardCharsets.UTF_8);
  }
}
