package dev.drsn.kernels;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A kernel family's CUDA C++ source as it lies in this jar: forward and backward of related
 * operations in one file that includes no header, so that NVRTC and nvcc compile it as it is; and
 * its machine code where nvcc was there when the jar was built.
 *
 * <p>A kernel of three types is called {@code NAME_f32}, {@code NAME_f16} and {@code NAME_bf16}
 * ({@code shrinkage_forward_f16}); one without a type {@code NAME} ({@code adam_step}). The head of
 * each source says what its kernels compute, how they are launched and what they read and write.
 *
 * @param name the file's name without {@code .cu}, such as {@code channel_gate}
 */
public record KernelSource(String name) {

  /**
   * Compute capabilities that the jar's machine code is for; younger ones take the PTX of the
   * first.
   */
  public static final List<Integer> ARCHITECTURES = List.of(75, 80, 86, 89, 90, 100, 120);

  private static final List<String> PRELUDE = List.of("prelude.cuh", "gating.cuh");

  /** Every family. */
  public static List<KernelSource> all() {
    return List.of(
            "batch_norm",
            "bottleneck",
            "channel_gate",
            "channelwise",
            "loss",
            "optimizers",
            "pointwise",
            "pooling",
            "preprocess",
            "relayout")
        .stream()
        .map(KernelSource::new)
        .toList();
  }

  /** What a compiler is given: the common prelude, then the source. */
  public String text() {
    StringBuilder text = new StringBuilder();
    for (String part : PRELUDE) {
      append(text, part);
    }
    append(text, name + ".cu");
    return text.toString();
  }

  /**
   * Machine code for all {@link #ARCHITECTURES} and PTX for the oldest, as cuModuleLoadData takes
   * it; empty where the jar was built without nvcc.
   */
  public Optional<byte[]> fatbin() {
    return read(name + ".fatbin");
  }

  /** Lines keep their files' names and numbers, for messages and profilers. */
  private static void append(StringBuilder text, String part) {
    byte[] source =
        read(part)
            .orElseThrow(() -> new IllegalArgumentException("there is no kernel source " + part));
    text.append("#line 1 \"").append(part).append("\"\n");
    text.append(new String(source, StandardCharsets.UTF_8));
  }

  private static Optional<byte[]> read(String file) {
    try (InputStream in = KernelSource.class.getResourceAsStream(file)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read from the jar", e);
    }
  }
}
