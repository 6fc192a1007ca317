package dev.drsn.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.global.avutil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where there is no card; with one, see the class. */
class HardwareDecoderTest {
  @TempDir Path folder;

  @Test
  void aCardThatIsNotThereIsSaidInWords() {
    FFmpeg.load();
    // The presets are built without it.
    HardwareDecoder none = HardwareDecoder.open(avutil.AV_HWDEVICE_TYPE_OPENCL);
    assertThat(none.words())
        .isEqualTo("by the processor: FFmpeg finds no graphics card that decodes");
    assertThat(HardwareDecoder.description()).startsWith("by the ");
  }

  @Test
  void withoutACardTheProcessorDecodesAndSaysSo() throws IOException {
    Path file = folder.resolve("v.mp4");
    try (VideoWriter writer = new VideoWriter(file, 160, 120)) {
      writer.add(Streams.picture(90, 160, 120), 0);
    }
    try (Deadline deadline = new Deadline();
        FrameSource source =
            new Sources(1, 60_000_000_000L).open(StreamSpec.of("v", file.toString()), deadline)) {
      assertThat(source.decoder()).as("nothing is decoded yet").isEmpty();
      assertThat(source.read()).isNotNull();
      boolean card = HardwareDecoder.description().startsWith("by the graphics card");
      assertThat(source.decoder()).isEqualTo(card ? "cuda" : "software");
    }
  }
}
