package dev.drsn.bench.op;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.drsn.bench.result.Cell;
import java.util.Locale;

/**
 * A task that was timed.
 *
 * @param ms a pass
 * @param gflops operations by the formula over the time; Winograd's algorithm does with fewer, so
 *     this may pass the peak. Null where there are none
 * @param gigabytes a second: every value read or written once, over the time; caches may pass what
 *     memory can do. Null where only operations are counted
 * @param roof the least time that the machine takes, as a share of ms
 * @param fmaPeak the machine's, in GFLOP/s
 * @param copy the machine's, in GB/s
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OpRow(
    String what,
    String network,
    int width,
    int channels,
    int size,
    int batch,
    int threads,
    String pass,
    String layer,
    int count,
    String op,
    double ms,
    Double gflops,
    Double gigabytes,
    double roof,
    @JsonProperty("fma_peak_gflops") long fmaPeak,
    @JsonProperty("copy_gigabytes") long copy) {

  /** What results call it. */
  public static final String OP = "op";

  /**
   * A row.
   *
   * @param fma the machine's peak in GFLOP/s
   * @param copy the machine's copying in GB/s
   */
  static OpRow of(OpTask task, double ms, double fma, double copy) {
    Cell cell = task.cell();
    Pass.Cost cost = task.cost();
    return new OpRow(
        OP,
        cell.network(),
        cell.width(),
        cell.channels(),
        cell.size(),
        cell.batch(),
        cell.threads(),
        task.pass().label(),
        task.layer(),
        task.count(),
        task.op(),
        rounded(ms, 4),
        cost.flops() == 0 ? null : rounded(cost.flops() / ms / 1e6, 1),
        cost.bytes() == 0 ? null : rounded(cost.bytes() / ms / 1e6, 1),
        rounded(cost.milliseconds(fma, copy) / ms, 3),
        Math.round(fma),
        Math.round(copy));
  }

  private static double rounded(double value, int digits) {
    double scale = Math.pow(10, digits);
    return Math.round(value * scale) / scale;
  }

  /** A line for people. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%-9s %-26s %-60s %9.3f ms %8s GFLOP/s %7s GB/s %4.0f %%",
        pass,
        count > 1 ? layer + " x " + count : layer,
        op,
        ms,
        gflops == null ? "-" : gflops,
        gigabytes == null ? "-" : gigabytes,
        100 * roof);
  }
}
