package dev.drsn.engine.stream;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GRAY8;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BILINEAR;
import static org.bytedeco.ffmpeg.global.swscale.sws_alloc_context;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale_frame;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;

/** Decoded frames, whatever their pixel format and size, as images of our own memory. */
final class Pictures implements AutoCloseable {

  private final int channels;
  private final SwsContext converter = sws_alloc_context().flags(SWS_BILINEAR);
  private final AVFrame converted = av_frame_alloc();

  /**
   * @param channels 1 (grey, full range) or 3 (red, green, blue)
   */
  Pictures(int channels) {
    this.channels = channels;
  }

  /**
   * The frame as an image of the same size.
   *
   * @param name how errors call its source
   */
  Image image(AVFrame frame, String name) {
    int width = frame.width();
    int height = frame.height();
    if (converted.width() != width || converted.height() != height) {
      av_frame_unref(converted);
      converted.width(width).height(height);
      converted.format(channels == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24);
      check(av_frame_get_buffer(converted, 0), name);
    }
    check(sws_scale_frame(converter, converted, frame), name);
    int row = width * channels;
    int line = converted.linesize(0);
    byte[] pixels = new byte[height * row];
    BytePointer data = converted.data(0);
    if (line == row) {
      data.get(pixels);
    } else {
      for (int y = 0; y < height; y++) {
        data.position((long) y * line).get(pixels, y * row, row);
      }
    }
    return new Image(height, width, channels, pixels);
  }

  private static void check(int result, String name) {
    if (result < 0) {
      throw new DrsnException(
          name + " has pictures that cannot be converted: " + FFmpeg.message(result));
    }
  }

  @Override
  public void close() {
    sws_freeContext(converter);
    av_frame_free(converted);
  }
}
