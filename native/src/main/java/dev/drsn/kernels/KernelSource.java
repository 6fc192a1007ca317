package dev.drsn.kernels;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A kernel's CUDA C++ source as it lies in this jar: forward and backward of one operation in one
 * file that includes no header, so that NVRTC compiles it as it is.
 *
 * @param name the file's name without {@code .cu}, such as {@code soft_threshold}
 */
public record KernelSource(String name) {

  /** The source's text. */
  public String text() {
    try (InputStream in = KernelSource.class.getResourceAsStream(name + ".cu")) {
      if (in == null) {
        throw new IllegalArgumentException("there is no kernel source " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("kernel source " + name + " cannot be read", e);
    }
  }
}
