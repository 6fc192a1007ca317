package dev.drsn.bench;

import dev.drsn.bench.contender.Peer;
import dev.drsn.bench.result.Cell;
import dev.drsn.bench.result.CellResult;
import dev.drsn.bench.result.Launch;
import dev.drsn.bench.time.Effort;
import dev.drsn.bench.time.Roof;
import dev.drsn.engine.DrsnException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Measures cells, each in processes of its own. */
final class Measurement {

  /** A cell's result, for machines and for people. */
  record Result(ObjectNode json, String text) {}

  /** Processors that others may use before the figures are worth little. */
  private static final double DISTURBED = 0.1;

  private final PrintWriter warnings;
  private final List<Peer> peers;
  private final Effort effort;
  private final int launches;
  private final Map<Integer, Double> roofs = new HashMap<>();
  private final JsonMapper json = new JsonMapper();

  Measurement(PrintWriter warnings, List<Peer> peers, Effort effort, int launches) {
    this.warnings = warnings;
    this.peers = peers;
    this.effort = effort;
    this.launches = launches;
  }

  /** One cell. */
  Result of(Cell cell) {
    return switch (cell.what()) {
      case Cell.START -> StartProbe.measure(launches);
      case Cell.MEMORY -> MemoryProbe.measure(cell, launches);
      default -> compare(cell);
    };
  }

  private Result compare(Cell cell) {
    double roof = roofs.computeIfAbsent(cell.threads(), Roof::fmaGflops);
    List<Launch> all = new ArrayList<>();
    String job = json.writeValueAsString(new CellProcess.Job(cell, peers, effort));
    for (int i = 0; i < launches; i++) {
      String out = Processes.java(CellProcess.class, List.of(), job, Peer.SETTINGS);
      Launch launch = json.readValue(out.strip().lines().toList().getLast(), Launch.class);
      if (launch.error() != null) {
        throw new DrsnException(launch.error());
      }
      all.add(launch);
    }
    CellResult result = new CellResult(cell, all, roof);
    if (result.others() > DISTURBED) {
      warnings.println(
          String.format(
              Locale.ROOT,
              "drsn bench: others used %.1f processors meanwhile; measure on an idle machine",
              result.others()));
      warnings.flush();
    }
    return new Result(result.json(), result.text());
  }
}
