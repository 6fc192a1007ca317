package dev.drsn.engine.stream;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_AV1;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_H264;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_HEVC;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_VP9;
import static org.bytedeco.ffmpeg.global.avutil.AV_HWDEVICE_TYPE_CUDA;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_CUDA;
import static org.bytedeco.ffmpeg.global.avutil.av_buffer_ref;
import static org.bytedeco.ffmpeg.global.avutil.av_hwdevice_ctx_create;
import static org.bytedeco.ffmpeg.global.avutil.av_hwframe_transfer_data;

import dev.drsn.engine.DrsnException;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * A graphics card that decodes video, one for the process; pictures are copied back to the host.
 * Where there is none, or it fails once, the processor decodes. Has not yet been run on a card.
 */
public final class HardwareDecoder {

  /** What decodes where no card does. */
  static final String SOFTWARE = "software";

  private static final String CUDA = "cuda";

  private static final class Shared {
    static final HardwareDecoder DECODER = open(AV_HWDEVICE_TYPE_CUDA);
  }

  private final AVBufferRef device;
  private volatile String failure;

  private HardwareDecoder(AVBufferRef device) {
    this.device = device;
  }

  /** The one of this process; the first call looks for it. */
  static HardwareDecoder get() {
    return Shared.DECODER;
  }

  /** One of a kind of FFmpeg's, whether it is there or not. */
  static HardwareDecoder open(int type) {
    FFmpeg.load();
    AVBufferRef device = new AVBufferRef(null);
    int opened = av_hwdevice_ctx_create(device, type, (String) null, (AVDictionary) null, 0);
    return new HardwareDecoder(opened < 0 ? null : device);
  }

  /** What decodes video on this machine, in words. */
  public static String description() {
    return get().words();
  }

  String words() {
    if (failure != null) {
      return "by the processor: the graphics card failed (" + failure + ")";
    }
    return device == null
        ? "by the processor: FFmpeg finds no graphics card that decodes"
        : "by the graphics card (" + CUDA + "): H.264, HEVC, VP9, AV1; the rest by the processor";
  }

  /**
   * Has a codec that is not open yet decode on the card, where the card can; FFmpeg takes the
   * processor where it turns out that it cannot.
   */
  void offer(AVCodecContext codec) {
    if (device == null || failure != null) {
      return;
    }
    int id = codec.codec_id();
    // JPEG and the like are cheap, and not worth the way there and back.
    if (id == AV_CODEC_ID_H264
        || id == AV_CODEC_ID_HEVC
        || id == AV_CODEC_ID_VP9
        || id == AV_CODEC_ID_AV1) {
      codec.hw_device_ctx(av_buffer_ref(device));
    }
  }

  /** What has decoded this frame. */
  static String of(AVFrame frame) {
    return frame.format() == AV_PIX_FMT_CUDA ? CUDA : SOFTWARE;
  }

  /**
   * Copies a frame that is on the card.
   *
   * @param host is filled
   * @throws DrsnException where that fails; from then on the processor decodes
   */
  void copy(AVFrame frame, AVFrame host, String name) {
    int copied = av_hwframe_transfer_data(host, frame, 0);
    if (copied < 0) {
      failure = FFmpeg.message(copied);
      throw new DrsnException(
          name + ": the graphics card gives no picture: " + failure + "; open it again");
    }
  }
}
