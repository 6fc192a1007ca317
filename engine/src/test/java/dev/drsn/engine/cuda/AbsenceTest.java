package dev.drsn.engine.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.drsn.engine.Backends;
import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said where there is no GPU: one line with a remedy, and nothing falls back silently. */
class AbsenceTest {

  @TempDir Path folder;

  @BeforeEach
  void withoutDriver() {
    assumeTrue(!Files.exists(Path.of("/dev/nvidiactl")) && !Files.exists(Path.of("/dev/dxg")));
  }

  @Test
  void noDriver() {
    assertThat(CudaProbe.look(Map.of()).description())
        .isEqualTo(
            "unavailable: no NVIDIA driver (/dev/nvidiactl is missing); install driver 580 or"
                + " newer");
  }

  @Test
  void namedFolderWithoutLibraries() throws IOException {
    // The simulated GPU's tests may have run in this process, and what is open stays open.
    assumeTrue(!Files.readString(Path.of("/proc/self/maps")).contains("libcuda.so.1"));
    CudaStatus status = CudaProbe.look(Map.of(LibraryFolders.VARIABLE, folder.toString()));
    assertThat(status.available()).isFalse();
    assertThat(status.reason())
        .isEqualTo("no NVIDIA driver (libcuda.so.1 not found); install driver 580 or newer");
  }

  @Test
  void namedBackendDoesNotFallBack() {
    assertThatThrownBy(() -> Backends.open("cuda", 1))
        .isInstanceOf(DrsnException.class)
        .hasMessageStartingWith("backend cuda is unavailable: no NVIDIA driver");
  }

  @Test
  void autoSaysWhyNot() {
    try (var backend = Backends.open("auto", 1).backend()) {
      assertThat(backend.name()).isEqualTo("cpu");
    }
    assertThat(Backends.open("auto", 1).reason())
        .startsWith("using cpu: 1 thread")
        .contains("; not cuda, unavailable: no NVIDIA driver");
  }

  @Test
  void librariesLieInPythonsPackages() throws Exception {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path python = Files.createFile(bin.resolve("python3"));
    assertThat(python.toFile().setExecutable(true)).isTrue();
    Path packages = folder.resolve("lib/python3.12/site-packages/nvidia");
    Path cudart = Files.createDirectories(packages.resolve("cu13/lib"));
    Path cudnn = Files.createDirectories(packages.resolve("cudnn/lib"));
    assertThat(LibraryFolders.usual(Map.of("PATH", bin.toString()))).contains(cudart, cudnn);
    assertThat(LibraryFolders.named(Map.of(LibraryFolders.VARIABLE, packages.getParent() + ":/x")))
        .contains(cudart, cudnn, Path.of("/x"), Path.of("/x/lib64"));
  }
}
