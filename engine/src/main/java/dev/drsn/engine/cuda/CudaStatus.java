package dev.drsn.engine.cuda;

import java.util.List;

/**
 * What a machine offers for CUDA.
 *
 * @param reason why it cannot be used, and the remedy; empty where it can
 * @param driver the newest CUDA that the driver knows, as {@code 13.0}; empty where there is none;
 *     likewise the others
 * @param runtime CUDA's own version
 * @param folder where CUDA's runtime was found; empty where the loader found it
 * @param folders where more libraries may lie
 */
public record CudaStatus(
    String reason,
    String driver,
    String runtime,
    String cudnn,
    String folder,
    List<Gpu> gpus,
    LibraryFolders folders) {

  static CudaStatus unavailable(String reason) {
    return new CudaStatus(reason, "", "", "", "", List.of(), null);
  }

  /** Whether a network can run here. */
  public boolean available() {
    return reason.isEmpty();
  }

  /** One line for people. */
  public String description() {
    if (!available()) {
      return "unavailable: " + reason;
    }
    StringBuilder text = new StringBuilder();
    for (Gpu gpu : gpus) {
      text.append(text.isEmpty() ? "" : "; ").append(gpu);
    }
    text.append(", driver for CUDA ").append(driver).append(", CUDA ").append(runtime);
    text.append(", cuDNN ").append(cudnn);
    return text.append(folder.isEmpty() ? "" : " in " + folder).toString();
  }
}
