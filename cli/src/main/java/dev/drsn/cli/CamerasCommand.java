package dev.drsn.cli;

import dev.drsn.cli.kafka.CameraTopic;
import dev.drsn.cli.kafka.Cluster;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.Address;
import dev.drsn.engine.stream.StreamSpec;
import dev.drsn.engine.stream.StreamsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn cameras}: the cameras of a cluster, listed, written and taken away. */
@Command(
    name = "cameras",
    description = {
      "Lists the cameras that the processes of a cluster share, after changing them if asked.",
      "They stand in the topic NAME-cameras, which is made where it is missing."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn cameras --cluster kafka:broker:9092 --group school --put rooms.yaml",
      "  drsn cameras --cluster kafka:broker:9092 --group school --remove door",
      "  drsn stream --cluster kafka:broker:9092 --group school"
    })
final class CamerasCommand implements Callable<Integer> {

  @Mixin private KafkaOptions kafka;
  @Mixin private Output output;

  @Option(
      names = "--put",
      paramLabel = "FILE",
      description =
          "Write the cameras of this list, .streams or .yaml; those of the same name change.")
  private List<Path> put = List.of();

  @Option(names = "--remove", paramLabel = "ID", description = "Take this camera away.")
  private List<String> remove = List.of();

  @Override
  public Integer call() {
    Cluster cluster = kafka.required();
    List<StreamSpec> wanted = new ArrayList<>();
    for (Path file : put) {
      if (!StreamsFile.is(file.toString())) {
        throw new DrsnException(file + " is no list of cameras; name a .streams or .yaml file");
      }
      wanted.addAll(StreamsFile.read(file));
    }
    try (CameraTopic topic = new CameraTopic(cluster)) {
      if (!remove.isEmpty()) {
        List<String> there = topic.list(_ -> {}).stream().map(StreamSpec::id).toList();
        for (String id : remove) {
          if (!there.contains(id)) {
            throw new DrsnException(
                "there is no camera " + id + " in " + cluster.cameras() + "; nothing was changed");
          }
        }
      }
      topic.put(wanted);
      topic.remove(remove);
      print(topic.list(line -> output.err().println("drsn: " + line)));
    }
    return 0;
  }

  private void print(List<StreamSpec> cameras) {
    ObjectNode json = Output.object();
    var list = json.putArray("cameras");
    StringBuilder text = new StringBuilder();
    for (StreamSpec camera : cameras) {
      String address = Address.masked(camera.url());
      list.addObject()
          .put("id", camera.id())
          .put("course", camera.course())
          .put("address", address);
      text.append(
          String.format(Locale.ROOT, "%-24s %-16s %s%n", camera.id(), camera.course(), address));
    }
    text.append(cameras.size()).append(cameras.size() == 1 ? " camera" : " cameras");
    output.print(json, text.toString());
  }
}
