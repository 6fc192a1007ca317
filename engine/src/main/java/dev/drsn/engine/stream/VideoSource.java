package dev.drsn.engine.stream;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_find_input_format;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_find_stream_info;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_INVALIDDATA;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_q2d;

import dev.drsn.engine.DrsnException;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;

/**
 * Video as FFmpeg reads it: files of all kinds (GIF too), RTSP over TCP, HTTP (MJPEG and others),
 * webcams. The size may change on the way. Each wait ends at the deadline.
 */
final class VideoSource implements FrameSource {

  private static final long MOST_PIXELS = 64L << 20;
  private static final int DAMAGED = 1;
  private static final int HOPELESS = 500;

  private final Address address;
  private final String name;
  private final Deadline deadline;
  private final long patience;
  private final Pictures pictures;
  private final AVPacket packet = av_packet_alloc();
  private final AVFrame frame = av_frame_alloc();
  private final AVFrame host = av_frame_alloc();
  private AVFormatContext format;
  private AVCodecContext codec;
  private int video;
  private double tick;
  private double frameSeconds;
  private double first = Double.NaN;
  private double last;
  private long corrupt;
  private int corruptInARow;
  private volatile String decoder = "";

  /**
   * Opens a video.
   *
   * @param channels 1 or 3, of the pictures
   * @param patience nanoseconds that opening, and each read, may take
   */
  VideoSource(Address address, int channels, Deadline deadline, long patience) {
    if (address.kind() == Address.Kind.WEBCAM) {
      FFmpeg.loadDevices();
    } else {
      FFmpeg.load();
    }
    this.address = address;
    this.name = Address.masked(address.location());
    this.deadline = deadline;
    this.patience = patience;
    this.pictures = new Pictures(channels);
    try {
      open();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void open() {
    deadline.in(patience);
    format = avformat_alloc_context();
    deadline.attach(format.interrupt_callback());
    AVDictionary options = options();
    AVInputFormat input =
        address.kind() == Address.Kind.WEBCAM ? av_find_input_format("v4l2") : null;
    try {
      int opened = avformat_open_input(format, location(), input, options);
      if (opened < 0) {
        // It has freed the context.
        format = null;
        throw failed("cannot be opened", opened);
      }
    } finally {
      av_dict_free(options);
    }
    check(avformat_find_stream_info(format, (AVDictionary) null), "cannot be read");
    video = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
    if (video < 0) {
      throw new DrsnException(name + " has no video; name another source");
    }
    AVStream stream = format.streams(video);
    tick = av_q2d(stream.time_base());
    double rate = av_q2d(stream.avg_frame_rate());
    frameSeconds = rate > 0 && rate < 1000 ? 1 / rate : 0.04;
    AVCodec decoder = avcodec_find_decoder(stream.codecpar().codec_id());
    if (decoder == null) {
      throw new DrsnException(name + " is in a format that FFmpeg cannot decode; convert it");
    }
    codec = avcodec_alloc_context3(decoder);
    check(avcodec_parameters_to_context(codec, stream.codecpar()), "cannot be decoded");
    // More threads a stream would hold frames back; the streams themselves run side by side.
    codec.thread_count(1);
    codec.max_pixels(MOST_PIXELS);
    if (address.live()) {
      codec.flags(codec.flags() | avcodec.AV_CODEC_FLAG_LOW_DELAY);
    }
    HardwareDecoder.get().offer(codec);
    check(avcodec_open2(codec, decoder, (AVDictionary) null), "cannot be decoded");
  }

  /** A file's name is taken as it is, even where it looks like the address of something else. */
  private String location() {
    return address.kind() == Address.Kind.FILE ? "file:" + address.location() : address.location();
  }

  /** Nothing that a stream or a playlist says may make FFmpeg open what its user did not name. */
  private AVDictionary options() {
    AVDictionary options = new AVDictionary(null);
    String protocols =
        switch (address.kind()) {
          case RTSP -> "rtsp,rtsps,rtp,srtp,tcp,tls,udp";
          case HTTP -> "http,https,tcp,tls";
          case FILE, WEBCAM, SYNTHETIC -> "file";
        };
    av_dict_set(options, "protocol_whitelist", protocols, 0);
    if (address.kind() == Address.Kind.RTSP) {
      av_dict_set(options, "rtsp_transport", "tcp", 0);
    }
    if (address.live()) {
      av_dict_set(options, "fflags", "nobuffer", 0);
      av_dict_set(options, "analyzeduration", "1000000", 0);
    }
    return options;
  }

  @Override
  public Shot read() {
    while (true) {
      int received = avcodec_receive_frame(codec, frame);
      if (received >= 0) {
        if ((frame.flags() & DAMAGED) == 0) {
          corruptInARow = 0;
          return shot();
        }
        damaged();
      } else if (received == AVERROR_EOF) {
        return null;
      } else if (received == AVERROR_EAGAIN()) {
        feed();
      } else {
        damaged();
      }
    }
  }

  /** Gives the decoder the next packet of the video, or tells it that there are no more. */
  private void feed() {
    while (true) {
      deadline.in(patience);
      int read = av_read_frame(format, packet);
      if (read == AVERROR_EOF) {
        avcodec_send_packet(codec, null);
        return;
      }
      if (read == AVERROR_INVALIDDATA) {
        damaged();
        continue;
      }
      check(read, "cannot be read on");
      if (packet.stream_index() == video) {
        int sent = avcodec_send_packet(codec, packet);
        av_packet_unref(packet);
        if (sent < 0) {
          damaged();
        }
        return;
      }
      av_packet_unref(packet);
    }
  }

  private void damaged() {
    corrupt++;
    if (++corruptInARow > HOPELESS) {
      throw new DrsnException(
          name + " gives nothing but damaged pictures; is the source in order?");
    }
  }

  private Shot shot() {
    long time = frame.best_effort_timestamp();
    double seconds = time == AV_NOPTS_VALUE ? last + frameSeconds : time * tick;
    if (Double.isNaN(first)) {
      first = seconds;
    }
    last = seconds;
    return new Shot(pictures.image(onHost(), name), seconds - first);
  }

  private AVFrame onHost() {
    decoder = HardwareDecoder.of(frame);
    if (decoder.equals(HardwareDecoder.SOFTWARE)) {
      return frame;
    }
    av_frame_unref(host);
    HardwareDecoder.get().copy(frame, host, name);
    return host;
  }

  @Override
  public String decoder() {
    return decoder;
  }

  @Override
  public long corrupt() {
    return corrupt;
  }

  @Override
  public void cancel() {
    deadline.cancel();
  }

  private void check(int result, String what) {
    if (result < 0) {
      throw failed(what, result);
    }
  }

  private DrsnException failed(String what, int error) {
    if (deadline.cancelled()) {
      return new DrsnException(name + " was closed");
    }
    if (deadline.passed()) {
      return new DrsnException(
          name + " " + what + ": no answer within " + patience / 1_000_000_000L + " s; is it up?");
    }
    return new DrsnException(name + " " + what + ": " + FFmpeg.message(error));
  }

  @Override
  public void close() {
    // Closing may say goodbye to the other end, which need not listen.
    deadline.in(patience);
    pictures.close();
    av_frame_free(frame);
    av_frame_free(host);
    av_packet_free(packet);
    if (codec != null) {
      avcodec_free_context(codec);
      codec = null;
    }
    if (format != null) {
      avformat_close_input(format);
      format = null;
    }
  }
}
