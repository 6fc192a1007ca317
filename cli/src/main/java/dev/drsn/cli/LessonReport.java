package dev.drsn.cli;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.trainer.report.Interval;
import dev.drsn.trainer.report.Lesson;
import dev.drsn.trainer.report.Persons;
import dev.drsn.trainer.report.Share;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** A lesson for people: a page with drawings and tables, and the same figures as CSV and JSON. */
record LessonReport(Lesson lesson) {

  /** What everybody who reads figures of faces should know first. */
  static final String NOTICE =
      "A network sees faces, not feelings, and it errs. In the European Union, inferring emotions"
          + " of persons in education is prohibited but for medical or safety reasons (AI Act,"
          + " Regulation 2024/1689, Article 5(1)(f)); elsewhere other law may apply. These are"
          + " figures of a whole group: they say nothing about any person and must not decide"
          + " anything about one.";

  /** Writes index.html and intervals.csv. */
  void write(Path folder) {
    AtomicFile.write(folder.resolve("intervals.csv"), csv());
    page().write(folder.resolve("index.html"));
  }

  private HtmlPage page() {
    HtmlPage page = new HtmlPage("Lesson of " + lesson.start().toString().substring(0, 10));
    page.notice(NOTICE);
    long shown = count(Interval.State.SHOWN);
    page.paragraph(
        String.format(
            Locale.ROOT,
            "%s from %s UTC; %s of %s: %d shown, %d with a group of fewer than %d, %d"
                + " without data. Bands are 95 %% and count faces, not frames; the network's own"
                + " errors come on top.",
            LessonPicture.clock(lesson.whole().to()),
            lesson.start().toString().substring(11, 19),
            intervals(),
            LessonPicture.clock(lesson.intervals().getFirst().to()),
            shown,
            count(Interval.State.TOO_FEW),
            lesson.leastGroup(),
            count(Interval.State.NO_DATA)));
    if (!lesson.shown()) {
      return page.paragraph("No interval may be shown: the group was always too small.");
    }
    page.heading("Class shares").drawing(LessonPicture.shares(lesson)).table(head(), rows());
    if (lesson.whole().index() != null) {
      page.heading("Engagement index")
          .paragraph(
              "The weighted sum of the class shares, 0 to 100. The weights are a judgement of"
                  + " whoever made the file, not a measurement.")
          .drawing(LessonPicture.index(lesson))
          .table(List.of("time", "persons", "index", "95 % band"), indexRows());
    }
    page.heading("Notable moments");
    List<Lesson.Moment> moments = lesson.moments();
    if (moments.isEmpty()) {
      page.paragraph(
          "In no interval a class differs from its share in the whole by a tenth and by"
              + " more than its band.");
    } else {
      page.table(
          List.of("time", "class", "share", "95 % band", "whole lesson"),
          moments.stream().map(LessonReport::row).toList());
    }
    return page;
  }

  private String intervals() {
    int count = lesson.intervals().size();
    return count + (count == 1 ? " interval" : " intervals");
  }

  private long count(Interval.State state) {
    return lesson.intervals().stream().filter(i -> i.state() == state).count();
  }

  private List<String> head() {
    List<String> head = new ArrayList<>(List.of("time", "persons"));
    head.addAll(lesson.labels());
    return head;
  }

  private List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    for (Interval interval : lesson.intervals()) {
      rows.add(row(LessonPicture.clock(interval.from()), interval));
    }
    rows.add(row("whole", lesson.whole()));
    return rows;
  }

  private List<String> row(String time, Interval interval) {
    List<String> row = new ArrayList<>(List.of(time, persons(interval)));
    for (int k = 0; k < lesson.labels().size(); k++) {
      row.add(interval.shares().isEmpty() ? "–" : percent(interval.shares().get(k)));
    }
    return row;
  }

  /** A small group is not even counted. */
  private String persons(Interval interval) {
    return switch (interval.state()) {
      case SHOWN -> Integer.toString(interval.group());
      case TOO_FEW -> "fewer than " + lesson.leastGroup();
      case NO_DATA -> "no data";
    };
  }

  private static String percent(Share share) {
    return String.format(
        Locale.ROOT,
        "%.0f %% (%.0f–%.0f)",
        100 * share.value(),
        100 * share.low(),
        100 * share.high());
  }

  private List<List<String>> indexRows() {
    List<List<String>> rows = new ArrayList<>();
    for (Interval interval : lesson.intervals()) {
      rows.add(indexRow(LessonPicture.clock(interval.from()), interval));
    }
    rows.add(indexRow("whole", lesson.whole()));
    return rows;
  }

  private List<String> indexRow(String time, Interval interval) {
    Share index = interval.index();
    return index == null
        ? List.of(time, persons(interval), "–", "–")
        : List.of(
            time,
            persons(interval),
            String.format(Locale.ROOT, "%.0f", 100 * index.value()),
            String.format(Locale.ROOT, "%.0f–%.0f", 100 * index.low(), 100 * index.high()));
  }

  private static List<String> row(Lesson.Moment moment) {
    Share share = moment.share();
    return List.of(
        LessonPicture.clock(moment.interval().from()),
        moment.label(),
        String.format(Locale.ROOT, "%.0f %%", 100 * share.value()),
        String.format(Locale.ROOT, "%.0f–%.0f", 100 * share.low(), 100 * share.high()),
        String.format(Locale.ROOT, "%.0f %%", 100 * moment.usual()));
  }

  private String csv() {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      List<String> head = new ArrayList<>(List.of("from_s", "to_s", "state", "frames", "persons"));
      lesson.labels().forEach(label -> columns(head, "p_" + label));
      columns(head, "index");
      csv.writeRecord(head);
      for (Interval interval : lesson.intervals()) {
        boolean shown = interval.state() == Interval.State.SHOWN;
        List<String> row = new ArrayList<>();
        row.add(number(interval.from()));
        row.add(number(interval.to()));
        row.add(interval.state().name().toLowerCase(Locale.ROOT));
        row.add(Long.toString(interval.frames()));
        row.add(shown ? Integer.toString(interval.group()) : "");
        for (int k = 0; k < lesson.labels().size(); k++) {
          columns(row, shown ? interval.shares().get(k) : null);
        }
        columns(row, interval.index());
        csv.writeRecord(row);
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void columns(List<String> head, String name) {
    head.addAll(List.of(name, name + "_low", name + "_high"));
  }

  private static void columns(List<String> row, Share share) {
    row.addAll(
        share == null
            ? List.of("", "", "")
            : List.of(number(share.value()), number(share.low()), number(share.high())));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value).replaceFirst("\\.?0+$", "");
  }

  /** Tracks as a table: persons, behind a flag only. */
  static String csv(List<Persons.Row> rows, List<String> labels) {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      List<String> head = new ArrayList<>(List.of("stream", "track", "frames"));
      labels.forEach(label -> head.add("p_" + label));
      csv.writeRecord(head);
      for (Persons.Row each : rows) {
        List<String> row =
            new ArrayList<>(List.of(each.stream(), each.track(), Long.toString(each.frames())));
        for (double share : each.shares()) {
          row.add(number(share));
        }
        csv.writeRecord(row);
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return text.toString();
  }

  /** The whole lesson in some lines. */
  String text(Path folder) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %d shown, %d with a group of fewer than %d, %d without data%n",
            intervals(),
            count(Interval.State.SHOWN),
            count(Interval.State.TOO_FEW),
            lesson.leastGroup(),
            count(Interval.State.NO_DATA)));
    for (int k = 0; lesson.shown() && k < lesson.labels().size(); k++) {
      String share = percent(lesson.whole().shares().get(k));
      text.append(String.format(Locale.ROOT, "%-12s %s%n", lesson.labels().get(k), share));
    }
    if (lesson.whole().index() != null) {
      text.append(indexRow("index", lesson.whole()).get(2)).append(" is the engagement index\n");
    }
    return text.append("open ").append(folder.resolve("index.html")).toString();
  }

  /** The whole lesson as one object. */
  ObjectNode json(Path folder) {
    ObjectNode json =
        Output.object()
            .put("start", lesson.start().toString())
            .put("seconds", lesson.whole().to())
            .put("least_group", lesson.leastGroup());
    ObjectNode intervals = json.putObject("intervals");
    for (Interval.State state : Interval.State.values()) {
      intervals.put(state.name().toLowerCase(Locale.ROOT), count(state));
    }
    if (lesson.shown()) {
      ObjectNode shares = json.putObject("shares");
      for (int k = 0; k < lesson.labels().size(); k++) {
        band(shares.putObject(lesson.labels().get(k)), lesson.whole().shares().get(k));
      }
    }
    if (lesson.whole().index() != null) {
      band(json.putObject("index"), lesson.whole().index());
    }
    return json.put("page", folder.resolve("index.html").toString());
  }

  private static void band(ObjectNode json, Share share) {
    json.put("value", share.value()).put("low", share.low()).put("high", share.high());
  }
}
