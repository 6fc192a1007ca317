package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.feature.Hog;
import dev.drsn.engine.feature.Sift;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Sample;
import dev.drsn.trainer.experiment.FeatureExtraction;
import dev.drsn.trainer.experiment.Features;
import dev.drsn.trainer.experiment.Features.Kind;
import dev.drsn.trainer.experiment.Fusion;
import dev.drsn.trainer.reproduce.Protocol;
import dev.drsn.trainer.reproduce.Reproduction;
import dev.drsn.trainer.reproduce.Results;
import dev.drsn.trainer.reproduce.RunResult;
import dev.drsn.trainer.reproduce.Speed;
import dev.drsn.trainer.reproduce.Table3;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn reproduce}: the paper's tables and figures on anyone's data. */
@Command(
    name = "reproduce",
    sortOptions = false,
    description = {
      "Makes the paper's tables 3, 5, 6, 7, 8 and figures 5, 9 on a data set, and what the paper",
      "did not measure: several seeds, nobody in both parts, accuracy under six kinds of noise.",
      "One page that opens from disk, and CSV. A run that was stopped goes on: same command again."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn reproduce --data faces --out paper",
      "  drsn reproduce --data faces --tables 7 --figures 9 --epochs 15 --size 64 --out quick",
      "  drsn reproduce --data ferplus --by parts --networks resnet18,drsn18-cw --seeds 1 \\",
      "                 --tables 7 --figures 9 --size 48 --epochs 10 --out ferplus-paper"
    })
final class ReproduceCommand implements Callable<Integer> {

  private static final Set<Integer> TABLES = new TreeSet<>(List.of(3, 5, 6, 7, 8));
  private static final Set<Integer> FIGURES = new TreeSet<>(List.of(5, 9));

  @Spec private CommandSpec command;
  @Mixin private BackendOptions backends;
  @Mixin private ProtocolFlags protocols;
  @Mixin private Output output;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "A folder of class folders, a data set folder, or a manifest.csv.")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "A new folder, or one to go on with.")
  private Path out;

  @Option(
      names = "--tables",
      paramLabel = "LIST",
      split = ",",
      defaultValue = "3,5,6,7,8",
      description = "By the paper's numbers; default: ${DEFAULT-VALUE}.")
  private List<String> tables;

  @Option(
      names = "--figures",
      paramLabel = "LIST",
      split = ",",
      defaultValue = "5,9",
      description = "By the paper's numbers, or none; default: ${DEFAULT-VALUE}.")
  private List<String> figures;

  @Option(
      names = "--features",
      paramLabel = "FILE.npz",
      description = "For table 3: what drsn features wrote of this data; default: HOG and SIFT.")
  private Path features;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "For table 3's column of CNN features: VGG16's weights or a model file.")
  private Path weights;

  @Option(
      names = "--no-speed",
      description =
          "Measure no speeds; the same command without it adds them, on a machine at rest.")
  private boolean noSpeed;

  @Override
  public Integer call() {
    Set<Integer> wantedTables = chosen("table", tables, TABLES);
    Set<Integer> wantedFigures = chosen("figure", figures, FIGURES);
    DataSet set = DataSet.open(data);
    Fusion.requireEnough(set, Fusion.FEWEST);
    Protocol all = protocols.protocol(set, output.err());
    Protocol protocol = all.with(needed(all.networks(), wantedTables, wantedFigures));
    Optional<Features> given = Optional.ofNullable(features).map(Features::read);
    given.ifPresent(f -> requireFits(f, set));
    Reproduction reproduction = new Reproduction(out, set, protocol);
    try (Backend backend = backends.open(output.err());
        Interrupt interrupt = new Interrupt()) {
      Optional<Table3> table3 = Optional.empty();
      if (wantedTables.contains(3)) {
        table3 = Optional.of(table3(set, given, backend));
      }
      Optional<List<RunResult>> results =
          reproduction.run(backend, Terminal.progress(), output.err()::println, interrupt);
      if (results.isEmpty()) {
        output.print(
            Output.object().put("end", "stopped"),
            "stopped; the same command goes on where " + out + " is");
        return TrainCommand.INTERRUPTED;
      }
      List<Speed> speeds =
          noSpeed || protocol.networks().isEmpty()
              ? List.of()
              : Speed.of(protocol, set.classes(), backend, out.resolve("speed.json"));
      ReproducePage page =
          new ReproducePage(
              set,
              protocol,
              reproduction,
              new Results(results.get()),
              table3,
              speeds,
              wantedTables,
              wantedFigures,
              "drsn reproduce " + String.join(" ", given()));
      page.write(out);
      output.print(json(page), page.text() + "open " + out.resolve("index.html"));
    }
    return 0;
  }

  private List<String> given() {
    List<String> all = command.commandLine().getParseResult().originalArgs();
    return all.subList(all.indexOf(command.name()) + 1, all.size());
  }

  private ObjectNode json(ReproducePage page) {
    return page.json().put("page", out.resolve("index.html").toString()).put("end", "complete");
  }

  private static Set<Integer> chosen(String what, List<String> numbers, Set<Integer> known) {
    Set<Integer> chosen = new TreeSet<>();
    for (String number : numbers) {
      if (number.equals("none") && numbers.size() == 1) {
        return chosen;
      }
      int n = number.strip().matches("[0-9]{1,3}") ? Integer.parseInt(number.strip()) : -1;
      if (!known.contains(n)) {
        throw new DrsnException(
            "there is no "
                + what
                + " "
                + number.strip()
                + " to reproduce; choose from "
                + String.join(", ", known.stream().map(k -> Integer.toString(k)).toList())
                + " or none");
      }
      chosen.add(n);
    }
    return chosen;
  }

  /** Those networks that the chosen tables and figures are about. */
  private static List<Architecture> needed(
      List<Architecture> networks, Set<Integer> tables, Set<Integer> figures) {
    Set<Architecture> needed = EnumSet.noneOf(Architecture.class);
    if (tables.contains(7) || figures.contains(9)) {
      needed.addAll(networks);
    }
    if (tables.contains(6) || figures.contains(5)) {
      needed.add(Architecture.RESNET18);
    }
    if (tables.contains(8)) {
      needed.add(Architecture.DRSN18_CW);
    }
    for (Architecture network : needed) {
      if (!networks.contains(network)) {
        throw new DrsnException(
            "tables 6 and figure 5 are of resnet18, table 8 of drsn18-cw: add "
                + network.label()
                + " to --networks or leave them out of --tables and --figures");
      }
    }
    return networks.stream().filter(needed::contains).toList();
  }

  private Table3 table3(DataSet set, Optional<Features> given, Backend backend) {
    Path file = out.resolve("table3.json");
    if (Files.exists(file)) {
      return Table3.read(file);
    }
    Features used = given.orElseGet(() -> described(set, backend));
    Fusion fusion = new Fusion(used, Fusion.Options.paper());
    List<Boolean> ways = new ArrayList<>(List.of(false));
    if (fusion.hasSubjects()) {
      ways.add(true);
    }
    output.err().println("table 3: ten splits 8:2");
    Counter counter = new Counter(output.err(), "table 3", ways.size() * fusion.cells());
    Table3 table = Table3.of(fusion, ways, counter::one);
    counter.done();
    table.write(file);
    return table;
  }

  private Features described(DataSet set, Backend backend) {
    Set<Kind> kinds = EnumSet.of(Kind.HOG, Kind.SIFT);
    if (weights != null) {
      kinds.add(Kind.CNN);
    }
    FeatureExtraction extraction =
        new FeatureExtraction(
            kinds, Hog.paper(), Sift.Options.sparse(), Optional.ofNullable(weights));
    Counter counter = new Counter(output.err(), "describing", set.samples().size());
    Features described = extraction.run(set, backend, true, counter::at).features();
    counter.done();
    return described;
  }

  /** Features of other pictures would make a table of something else. */
  private void requireFits(Features features, DataSet set) {
    List<String> theirs = features.samples().stream().map(Features.Row::name).toList();
    List<String> ours = set.samples().stream().map(Sample::name).toList();
    if (!theirs.equals(ours) || !features.labels().equals(set.labels())) {
      throw new DrsnException(
          this.features
              + " describes other pictures than "
              + data
              + " has ("
              + theirs.size()
              + " and "
              + ours.size()
              + "); run drsn features on that data");
    }
  }
}
