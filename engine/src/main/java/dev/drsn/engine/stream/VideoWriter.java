package dev.drsn.engine.stream;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MPEG4;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_from_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avformat.AVFMT_GLOBALHEADER;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
import static org.bytedeco.ffmpeg.global.avformat.av_interleaved_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_closep;
import static org.bytedeco.ffmpeg.global.avformat.avio_open;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_make_q;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BILINEAR;
import static org.bytedeco.ffmpeg.global.swscale.sws_alloc_context;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale_frame;

import dev.drsn.engine.image.Image;
import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVOutputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;

/**
 * Pictures to a video file: H.264 in MP4, in fragments, so that it can be played even if its writer
 * was killed. Pictures of another size than the first are brought to its size.
 */
final class VideoWriter implements AutoCloseable {

  private static final int MILLIS = 1000;
  private static final int KEY_EVERY = 50;
  private static final double BITS_PER_PIXEL = 2.5;

  private final Path file;
  private final AVFrame rgb = av_frame_alloc();
  private final AVFrame yuv = av_frame_alloc();
  private final AVPacket packet = av_packet_alloc();
  private final SwsContext converter;
  private AVFormatContext format;
  private AVCodecContext codec;
  private AVStream stream;
  private boolean headed;
  private long last = -1;

  /**
   * Creates the file, over an earlier one.
   *
   * @param width of the first picture
   */
  VideoWriter(Path file, int width, int height) throws IOException {
    FFmpeg.load();
    this.file = file;
    this.converter = sws_alloc_context().flags(SWS_BILINEAR);
    try {
      // H.264 has colours for pairs of pixels only.
      open(width & ~1, height & ~1);
    } catch (IOException e) {
      release();
      throw e;
    }
  }

  private void open(int width, int height) throws IOException {
    format = new AVFormatContext(null);
    check(avformat_alloc_output_context2(format, (AVOutputFormat) null, "mp4", file.toString()));
    AVCodec h264 = avcodec_find_encoder_by_name("libopenh264");
    AVCodec encoder = h264 != null ? h264 : avcodec_find_encoder(AV_CODEC_ID_MPEG4);
    codec = avcodec_alloc_context3(encoder);
    codec.width(width);
    codec.height(height);
    codec.pix_fmt(AV_PIX_FMT_YUV420P);
    codec.time_base(av_make_q(1, MILLIS));
    codec.framerate(av_make_q(25, 1));
    codec.gop_size(KEY_EVERY);
    codec.max_b_frames(0);
    codec.bit_rate((long) (BITS_PER_PIXEL * width * height));
    codec.thread_count(1);
    if ((format.oformat().flags() & AVFMT_GLOBALHEADER) != 0) {
      codec.flags(codec.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
    }
    check(avcodec_open2(codec, encoder, (AVDictionary) null));
    stream = avformat_new_stream(format, null);
    stream.time_base(av_make_q(1, MILLIS));
    check(avcodec_parameters_from_context(stream.codecpar(), codec));
    AVIOContext io = new AVIOContext(null);
    check(avio_open(io, "file:" + file, AVIO_FLAG_WRITE));
    format.pb(io);
    AVDictionary options = new AVDictionary(null);
    av_dict_set(options, "movflags", "frag_keyframe+empty_moov+default_base_moof", 0);
    try {
      check(avformat_write_header(format, options));
      headed = true;
    } finally {
      av_dict_free(options);
    }
    yuv.format(AV_PIX_FMT_YUV420P).width(width).height(height);
    check(av_frame_get_buffer(yuv, 0));
  }

  /**
   * Adds a picture.
   *
   * @param millis its time; one that is not after the last picture's is moved behind it
   */
  void add(Image picture, long millis) throws IOException {
    Image image = picture.toRgb();
    if (rgb.width() != image.width() || rgb.height() != image.height()) {
      av_frame_unref(rgb);
      rgb.format(AV_PIX_FMT_RGB24).width(image.width()).height(image.height());
      check(av_frame_get_buffer(rgb, 0));
    }
    int row = 3 * image.width();
    int line = rgb.linesize(0);
    for (int y = 0; y < image.height(); y++) {
      rgb.data(0).position((long) y * line).put(image.pixels(), y * row, row);
    }
    check(av_frame_make_writable(yuv));
    check(sws_scale_frame(converter, yuv, rgb));
    last = Math.max(last + 1, millis);
    yuv.pts(last);
    check(avcodec_send_frame(codec, yuv));
    writePackets();
  }

  private void writePackets() throws IOException {
    while (avcodec_receive_packet(codec, packet) >= 0) {
      av_packet_rescale_ts(packet, codec.time_base(), stream.time_base());
      packet.stream_index(stream.index());
      check(av_interleaved_write_frame(format, packet));
    }
  }

  private void check(int result) throws IOException {
    if (result < 0) {
      throw new IOException(file + ": " + FFmpeg.message(result));
    }
  }

  @Override
  public void close() throws IOException {
    try {
      avcodec_send_frame(codec, null);
      writePackets();
      if (headed) {
        check(av_write_trailer(format));
      }
    } finally {
      release();
    }
  }

  private void release() {
    av_frame_free(rgb);
    av_frame_free(yuv);
    av_packet_free(packet);
    sws_freeContext(converter);
    if (codec != null) {
      avcodec_free_context(codec);
    }
    if (format != null && !format.isNull()) {
      if (format.pb() != null) {
        avio_closep(format.pb());
      }
      avformat_free_context(format);
    }
  }
}
