package dev.drsn.cli;

import dev.drsn.trainer.data.Crops;
import java.io.PrintWriter;
import java.util.List;

/** Tells which images are left out, and how many. */
final class Rejections {

  private static final int SHOWN = 10;

  private Rejections() {}

  static void print(List<Crops.Rejected> rejected, PrintWriter err) {
    if (rejected.isEmpty()) {
      return;
    }
    rejected.stream().limit(SHOWN).forEach(r -> err.println("drsn: left out: " + r.reason()));
    int more = rejected.size() - SHOWN;
    err.println(
        "drsn: "
            + rejected.size()
            + (rejected.size() == 1 ? " image was" : " images were")
            + " left out"
            + (more > 0 ? ", " + more + " of them not shown" : "")
            + "; --strict makes that an error");
  }
}
