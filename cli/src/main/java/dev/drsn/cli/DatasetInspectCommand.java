package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Inspection;
import dev.drsn.trainer.data.Sample;
import dev.drsn.trainer.synth.ContactSheet;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn dataset inspect}: what to know of a data set before training on it. */
@Command(
    name = "inspect",
    description = {
      "Reads every image of a data set and tells: images a class and part, sizes, files that"
          + " cannot",
      "be read, equal pictures, and what makes results look better than they are: equal pictures",
      "or the same person in two parts."
    },
    footerHeading = "%nExample:%n",
    footer = "  drsn dataset inspect --data faces --sheet faces.png")
final class DatasetInspectCommand implements Callable<Integer> {

  private static final int SHEET_COLUMNS = 12;
  private static final int SHEET_CELL = 80;
  private static final int SHOWN = 5;

  @Mixin private Output output;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "A folder of class folders, a data set folder, or a manifest.csv.")
  private Path data;

  @Option(
      names = "--sheet",
      paramLabel = "FILE.png",
      description = "Also draw a contact sheet of the classes.")
  private Path sheet;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      description = "Threads that read; default: ${DEFAULT-VALUE}.")
  private int workers;

  @Option(names = "--strict", description = "An image that cannot be read is an error.")
  private boolean strict;

  @Override
  public Integer call() {
    DataSet set = DataSet.open(data);
    Counter counter = new Counter(output.err(), "reading", set.samples().size());
    Inspection found = Inspection.of(set, workers, counter::at);
    counter.done();
    if (sheet != null) {
      ContactSheet.write(sheet, rows(set), SHEET_CELL);
    }
    output.print(json(set, found), text(set, found));
    if (strict && !found.unreadable().isEmpty()) {
      throw new DrsnException(found.unreadable().getFirst().reason());
    }
    return 0;
  }

  private static String text(DataSet set, Inspection found) {
    StringBuilder text = new StringBuilder(DataSetText.counts(set));
    text.append(String.format("%nsizes: %s", found.formats()));
    text.append(
        found.subjects() == 0
            ? String.format("%nsubjects: not known")
            : String.format("%nsubjects: %d", found.subjects()));
    list(text, "cannot be read", found.unreadable().stream().map(r -> r.reason()).toList());
    list(text, "equal pictures", groups(found.duplicates()));
    list(text, "equal pictures of several classes", groups(found.contradicting()));
    list(text, "LEAK: equal pictures in several parts", groups(found.leaking()));
    list(text, "LEAK: people in several parts", found.sharedSubjects());
    return text.toString();
  }

  private static List<String> groups(List<List<String>> groups) {
    return groups.stream().map(group -> String.join(" = ", group)).toList();
  }

  private static void list(StringBuilder text, String what, List<String> items) {
    text.append(String.format(Locale.ROOT, "%n%s: %d", what, items.size()));
    items.stream().limit(SHOWN).forEach(item -> text.append(String.format("%n  %s", item)));
    if (items.size() > SHOWN) {
      text.append(String.format("%n  ..."));
    }
  }

  private static ObjectNode json(DataSet set, Inspection found) {
    ObjectNode json = DataSetText.json(set);
    ObjectNode sizes = json.putObject("sizes");
    found.formats().forEach(sizes::put);
    json.put("subjects", found.subjects());
    ArrayNode unreadable = json.putArray("unreadable");
    found.unreadable().forEach(r -> unreadable.add(r.name()));
    put(json.putArray("duplicates"), found.duplicates());
    put(json.putArray("contradicting"), found.contradicting());
    put(json.putArray("leaking"), found.leaking());
    ArrayNode shared = json.putArray("shared_subjects");
    found.sharedSubjects().forEach(shared::add);
    return json;
  }

  private static void put(ArrayNode array, List<List<String>> groups) {
    for (List<String> group : groups) {
      ArrayNode names = array.addArray();
      group.forEach(names::add);
    }
  }

  /** The first readable pictures of each class. */
  private static List<ContactSheet.Row> rows(DataSet set) {
    List<ContactSheet.Row> rows = new ArrayList<>();
    for (int k = 0; k < set.classes(); k++) {
      List<BufferedImage> images = new ArrayList<>();
      for (Sample sample : set.samples()) {
        if (sample.label() == k && images.size() < SHEET_COLUMNS) {
          readable(sample).map(DatasetInspectCommand::buffered).ifPresent(images::add);
        }
      }
      rows.add(new ContactSheet.Row(set.labels().get(k), images));
    }
    return rows;
  }

  /** The picture; empty for one that the list of what cannot be read tells of. */
  private static Optional<Image> readable(Sample sample) {
    try {
      return Optional.of(sample.source().read());
    } catch (DrsnException e) {
      return Optional.empty();
    }
  }

  private static BufferedImage buffered(Image image) {
    Image rgb = image.toRgb();
    BufferedImage copy = new BufferedImage(rgb.width(), rgb.height(), BufferedImage.TYPE_INT_RGB);
    byte[] p = rgb.pixels();
    for (int i = 0; i < rgb.width() * rgb.height(); i++) {
      int colour =
          Byte.toUnsignedInt(p[3 * i]) << 16
              | Byte.toUnsignedInt(p[3 * i + 1]) << 8
              | Byte.toUnsignedInt(p[3 * i + 2]);
      copy.setRGB(i % rgb.width(), i / rgb.width(), colour);
    }
    return copy;
  }
}
