package dev.drsn.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelSourceTest {

  /** From Turing, CUDA 13's oldest, to Blackwell. */
  private static final List<String> ARCHITECTURES =
      List.of("75", "80", "86", "89", "90", "100", "120");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = "soft_threshold")
  void hasBothDirectionsAndNoHeader(String name) {
    assertThat(new KernelSource(name).text())
        .contains(name + "_forward(", name + "_backward(")
        .doesNotContain("#include");
  }

  @ParameterizedTest
  @ValueSource(strings = "soft_threshold")
  void compilesForEveryArchitectureWithoutSpills(String name) throws Exception {
    Path nvcc = nvcc();
    assumeTrue(nvcc != null, "no nvcc on PATH or in /usr/local/cuda/bin");
    Path source = folder.resolve(name + ".cu");
    Files.writeString(source, new KernelSource(name).text());
    List<String> command =
        new ArrayList<>(List.of(nvcc.toString(), "-fatbin", "-Werror", "all-warnings"));
    for (String architecture : ARCHITECTURES) {
      command.add("-gencode=arch=compute_" + architecture + ",code=sm_" + architecture);
    }
    command.addAll(List.of("-Xptxas=-v", "-o", name + ".fatbin", source.toString()));
    Path log = folder.resolve("log");
    int code =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    String said = Files.readString(log);
    assertThat(code).as(said).isZero();
    assertThat(folder.resolve(name + ".fatbin")).isNotEmptyFile();
    assertThat(said.lines().filter(line -> line.contains("spill")))
        .hasSize(2 * ARCHITECTURES.size())
        .allMatch(line -> line.contains("0 bytes spill stores, 0 bytes spill loads"));
  }

  @Test
  void anUnknownSourceIsNamed() {
    assertThatThrownBy(() -> new KernelSource("nothing").text())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing");
  }

  private static Path nvcc() throws IOException {
    List<String> places = new ArrayList<>(Arrays.asList(System.getenv("PATH").split(":", -1)));
    places.add("/usr/local/cuda/bin");
    for (String place : places) {
      Path nvcc = Path.of(place, "nvcc");
      if (Files.isExecutable(nvcc)) {
        return nvcc.toRealPath();
      }
    }
    return null;
  }
}
