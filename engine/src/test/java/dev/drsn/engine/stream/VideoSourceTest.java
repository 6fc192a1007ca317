package dev.drsn.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpServer;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VideoSourceTest {
  private static final long PATIENCE = 60_000_000_000L;
  private static final long SHORT = 300_000_000L;
  @TempDir Path folder;

  /** Frame i is 8 i + 20 grey all over. */
  private Path video(String name, int frames) throws IOException {
    Path file = folder.resolve(name);
    try (VideoWriter writer = new VideoWriter(file, 161, 120)) {
      for (int i = 0; i < frames; i++) {
        writer.add(Streams.picture(8 * i + 20, 161, 120), 40L * i);
      }
    }
    return file;
  }

  private static List<FrameSource.Shot> all(Path file, int channels) {
    List<FrameSource.Shot> shots = new ArrayList<>();
    try (Deadline deadline = new Deadline();
        FrameSource source =
            new Sources(channels, PATIENCE).open(StreamSpec.of("v", file.toString()), deadline)) {
      for (FrameSource.Shot shot = source.read(); shot != null; shot = source.read()) {
        shots.add(shot);
      }
      assertThat(source.corrupt()).isNotNegative();
    }
    return shots;
  }

  private static double mean(Image image) {
    long sum = 0;
    for (byte pixel : image.pixels()) {
      sum += pixel & 0xFF;
    }
    return (double) sum / image.pixels().length;
  }

  @Test
  void writtenFramesAreReadAgainInOrderWithTheirTimes() throws IOException {
    for (int channels : new int[] {1, 3}) {
      List<FrameSource.Shot> shots = all(video("v" + channels + ".mp4", 20), channels);
      assertThat(shots).hasSize(20);
      for (int i = 0; i < 20; i++) {
        Image image = shots.get(i).image();
        assertThat(image.width()).isEqualTo(160);
        assertThat(image.height()).isEqualTo(120);
        assertThat(image.channels()).isEqualTo(channels);
        assertThat(mean(image)).as("frame " + i).isCloseTo(8 * i + 20, within(4.0));
        assertThat(shots.get(i).position()).isCloseTo(0.04 * i, within(1e-6));
      }
    }
  }

  @Test
  void aTruncatedVideoGivesWhatIsThere() throws IOException {
    Path file = video("cut.mp4", 120);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length * 2 / 3));
    assertThat(all(file, 1).size()).isBetween(1, 119);
    Files.write(file, Arrays.copyOf(bytes, 100));
    assertThatThrownBy(() -> all(file, 1))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("cut.mp4 has no video");
  }

  @Test
  void damagedPacketsDoNotEndAVideoNorTheProgram() throws IOException {
    Path file = video("damaged.mp4", 100);
    byte[] bytes = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 200; i++) {
      bytes[random.nextInt(bytes.length / 3, bytes.length)] = (byte) random.nextInt();
    }
    Files.write(file, bytes);
    try {
      assertThat(all(file, 1)).isNotEmpty();
    } catch (DrsnException e) {
      assertThat(e.getMessage()).contains("damaged.mp4").doesNotContain("\n");
    }
  }

  @Test
  void filesThatAreNoVideosAreNamed() throws IOException {
    Path text = Files.writeString(folder.resolve("notes.mp4"), "not a video at all");
    assertThatThrownBy(() -> all(text, 1))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("notes.mp4 cannot be opened");
    assertThatThrownBy(() -> all(folder.resolve("none.mp4"), 1))
        .hasMessageContaining("there is no file");
    assertThatThrownBy(() -> all(folder, 1)).hasMessageContaining("no pictures");
    assertThatThrownBy(
            () -> new Sources(1, SHORT).open(StreamSpec.of("w", "/dev/video987"), new Deadline()))
        .hasMessageContaining("no webcam /dev/video987");
  }

  @Test
  void aFolderGivesItsPicturesByName() throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    for (int i = 0; i < 3; i++) {
      Streams.picture(50 * i, 20, 10).write(pictures.resolve("p" + i + ".png"));
    }
    Files.writeString(pictures.resolve("p1b.png"), "damaged");
    List<FrameSource.Shot> shots = all(pictures, 3);
    assertThat(shots).hasSize(3);
    assertThat(shots.get(2).image().pixels()[0]).isEqualTo((byte) 100);
    assertThat(shots.get(2).position()).isEqualTo(3);
  }

  @Test
  void aHostThatAcceptsAndSaysNothingIsGivenUpAtTheDeadline() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Deadline deadline = new Deadline()) {
      for (String url : new String[] {"rtsp://u:secret@%s:%d/1", "http://u:secret@%s:%d/1"}) {
        String address =
            String.format(url, silent.getInetAddress().getHostAddress(), silent.getLocalPort());
        assertThatThrownBy(() -> new Sources(1, SHORT).open(StreamSpec.of("s", address), deadline))
            .isInstanceOf(DrsnException.class)
            .hasMessageContaining("no answer within")
            .message()
            .doesNotContain("secret");
      }
    }
  }

  @Test
  void openingCanBeCalledOff() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Deadline deadline = new Deadline()) {
      String url = "rtsp://127.0.0.1:" + silent.getLocalPort() + "/1";
      Thread caller =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      silent.accept();
                      deadline.cancel();
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      assertThatThrownBy(() -> new Sources(1, PATIENCE).open(StreamSpec.of("s", url), deadline))
          .hasMessageContaining("was closed");
      caller.join();
    }
  }

  @Test
  void aDeadHostIsReportedAtOnce() throws IOException {
    int port;
    try (ServerSocket gone = new ServerSocket(0)) {
      port = gone.getLocalPort();
    }
    try (Deadline deadline = new Deadline()) {
      assertThatThrownBy(
              () ->
                  new Sources(1, PATIENCE)
                      .open(StreamSpec.of("s", "rtsp://127.0.0.1:" + port + "/1"), deadline))
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("Connection refused");
    }
  }

  private static HttpServer mjpeg(List<byte[]> pictures) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/video",
        exchange -> {
          exchange
              .getResponseHeaders()
              .set("Content-Type", "multipart/x-mixed-replace;boundary=frame");
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            for (byte[] jpeg : pictures) {
              String head = "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: " + jpeg.length;
              out.write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
              out.write(jpeg);
              out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
          }
        });
    server.start();
    return server;
  }

  private static FrameSource open(HttpServer server, Deadline deadline) {
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/video";
    return new Sources(1, PATIENCE).open(StreamSpec.of("m", url), deadline);
  }

  @Test
  void mjpegOverHttpMayChangeItsSizeOnTheWay() throws IOException {
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      pictures.add(jpeg(Streams.picture(10 * i + 30, i < 6 ? 64 : 96, 48)));
    }
    HttpServer server = mjpeg(pictures);
    try (Deadline deadline = new Deadline();
        FrameSource source = open(server, deadline)) {
      List<Image> seen = new ArrayList<>();
      for (FrameSource.Shot shot = source.read(); shot != null; shot = source.read()) {
        seen.add(shot.image());
      }
      // What is needed to understand a live stream is old by then and is not shown.
      assertThat(seen).hasSizeBetween(8, 12);
      for (int i = 1; i <= seen.size(); i++) {
        Image image = seen.get(seen.size() - i);
        assertThat(mean(image)).isCloseTo(10 * (12 - i) + 30, within(3.0));
        assertThat(image.width()).isEqualTo(i <= 6 ? 96 : 64);
      }
    } finally {
      server.stop(0);
    }
  }

  @Test
  void picturesOfACameraThatAreDamagedAreCountedAndTheOthersCome() throws IOException {
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      byte[] jpeg = jpeg(Streams.picture(5 * i + 30, 64, 48));
      // Begins and ends as one, and is none.
      pictures.add(i % 3 == 2 && i > 10 ? new byte[] {-1, -40, -1, -37, 0, 2, -1, -39} : jpeg);
    }
    HttpServer server = mjpeg(pictures);
    try (Deadline deadline = new Deadline();
        FrameSource source = open(server, deadline)) {
      List<Double> seen = new ArrayList<>();
      for (FrameSource.Shot shot = source.read(); shot != null; shot = source.read()) {
        seen.add(mean(shot.image()));
      }
      assertThat(source.corrupt()).isBetween(5L, 7L);
      assertThat(seen).hasSizeGreaterThan(10).isSorted();
      assertThat(seen.getLast()).isCloseTo(5 * 28 + 30, within(3.0));
    } finally {
      server.stop(0);
    }
  }

  private byte[] jpeg(Image image) throws IOException {
    Path file = folder.resolve("frame.jpg");
    image.write(file);
    return Files.readAllBytes(file);
  }

  @Test
  void annotatedVideosShowTheirFaces() throws IOException {
    Path out = folder.resolve("annotated");
    var face = new dev.drsn.engine.image.Face(new dev.drsn.engine.image.Box(40, 40, 40, 40), 1);
    var prediction = new Prediction(face, 0, List.of(1f));
    try (VideoSink sink = new VideoSink(out, List.of("calm"))) {
      for (int i = 0; i < 5; i++) {
        Image image = Streams.picture(0, 160, 120);
        sink.write(
            List.of(
                new StreamResult(
                    "door",
                    "",
                    0,
                    i,
                    java.time.Instant.EPOCH.plusMillis(40L * i),
                    0,
                    160,
                    120,
                    List.of(new FaceResult("a", true, prediction)),
                    image)));
        assertThat(image).as("untouched").isEqualTo(Streams.picture(0, 160, 120));
      }
    }
    List<FrameSource.Shot> shots = all(out.resolve("door.mp4"), 1);
    assertThat(shots).hasSize(5);
    Image last = shots.getLast().image();
    assertThat(last.pixels()[60 * 160 + 40] & 0xFF).as("left edge of the box").isGreaterThan(90);
    assertThat(last.pixels()[60 * 160 + 60] & 0xFF).as("inside").isLessThan(40);
    assertThatThrownBy(() -> new VideoSink(out, List.of("calm"))).hasMessageContaining("exists");
  }
}
