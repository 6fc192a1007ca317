package dev.drsn.cli;

import static dev.drsn.cli.HtmlPage.escape;

import dev.drsn.trainer.report.Interval;
import dev.drsn.trainer.report.Lesson;
import dev.drsn.trainer.report.Share;
import java.util.List;
import java.util.Locale;

/** A lesson as two SVG drawings without scripts; intervals that are not shown are gaps in them. */
final class LessonPicture {

  private static final int WIDTH = 980;
  private static final int LEFT = 60;
  private static final int RIGHT = 20;
  private static final int PLOT = 260;
  private static final int TOP = 24;
  private static final int KEY = 22;

  /** Colours that differ for all eyes (Okabe and Ito 2008), then greys. */
  private static final List<String> COLOURS =
      List.of(
          "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7f7f7f",
          "#bdbdbd", "#525252");

  private final Lesson lesson;
  private final StringBuilder svg = new StringBuilder();

  private LessonPicture(Lesson lesson) {
    this.lesson = lesson;
  }

  /** The class shares as stacked bars, one an interval. */
  static String shares(Lesson lesson) {
    LessonPicture picture = new LessonPicture(lesson);
    int height = TOP + PLOT + 40 + KEY * ((lesson.labels().size() + 3) / 4) + 10;
    picture.open(height, "Class shares over the lesson, in percent; a table follows");
    picture.grid();
    for (Interval interval : lesson.intervals()) {
      picture.stack(interval);
    }
    picture.key();
    return picture.close();
  }

  /** The engagement index as a line with its band. */
  static String index(Lesson lesson) {
    LessonPicture picture = new LessonPicture(lesson);
    picture.open(TOP + PLOT + 46, "Engagement index over the lesson, 0 to 100; a table follows");
    picture.grid();
    List<Interval> intervals = lesson.intervals();
    int from = 0;
    while (from < intervals.size()) {
      int to = from;
      while (to < intervals.size() && intervals.get(to).index() != null) {
        to++;
      }
      if (to > from) {
        picture.line(intervals.subList(from, to));
      }
      for (; to < intervals.size() && intervals.get(to).index() == null; to++) {
        picture.gap(intervals.get(to));
      }
      from = to;
    }
    return picture.close();
  }

  private void open(int height, String what) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
                + " aria-label=\"%s\">%n",
            WIDTH,
            height,
            escape(what)));
    svg.append(
        """
        <style>
        svg text { font: 12px system-ui, sans-serif; fill: currentColor; } .end { text-anchor: end; }
        .mid { text-anchor: middle; } .grid { stroke: #8886; } .gap { fill: #8883; }
        .band { fill: #0072b2; opacity: .25; } .line { fill: none; stroke: #0072b2; stroke-width: 2.5; }
        </style>
        """);
  }

  private String close() {
    return svg.append("</svg>\n").toString();
  }

  private double x(double seconds) {
    double end = lesson.intervals().getLast().to();
    return LEFT + (WIDTH - LEFT - RIGHT) * seconds / end;
  }

  private static double y(double share) {
    return TOP + PLOT * (1 - share);
  }

  private void grid() {
    for (int percent = 0; percent <= 100; percent += 25) {
      double y = y(percent / 100.0);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  + "<text class=\"end\" x=\"%d\" y=\"%.1f\">%d</text>%n",
              LEFT,
              WIDTH - RIGHT,
              y,
              y,
              LEFT - 8,
              y + 4,
              percent));
    }
    double end = lesson.intervals().getLast().to();
    for (int tick = 0; tick <= 6; tick++) {
      double seconds = end * tick / 6;
      svg.append(
          String.format(
              Locale.ROOT,
              "<text class=\"mid\" x=\"%.1f\" y=\"%d\">%s</text>%n",
              x(seconds),
              TOP + PLOT + 18,
              clock(seconds)));
    }
  }

  /** As {@code 12:30}, minutes and seconds. */
  static String clock(double seconds) {
    long s = Math.round(seconds);
    return String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60);
  }

  private void gap(Interval interval) {
    rectangle("class=\"gap\"", interval, 0, 1, interval.state().label());
  }

  private void stack(Interval interval) {
    if (interval.state() != Interval.State.SHOWN) {
      gap(interval);
      return;
    }
    double below = 0;
    for (int k = 0; k < lesson.labels().size(); k++) {
      double share = interval.shares().get(k).value();
      String title = String.format(Locale.ROOT, "%s %.0f %%", lesson.labels().get(k), 100 * share);
      rectangle("fill=\"" + colour(k) + "\"", interval, below, below + share, title);
      below += share;
    }
  }

  private static String colour(int k) {
    return COLOURS.get(k % COLOURS.size());
  }

  private void rectangle(String style, Interval interval, double low, double high, String title) {
    double left = x(interval.from());
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect %s x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s, %s</title>"
                + "</rect>%n",
            style,
            left,
            y(high),
            Math.max(0.5, x(interval.to()) - left - 1),
            y(low) - y(high),
            clock(interval.from()),
            escape(title)));
  }

  private void line(List<Interval> intervals) {
    StringBuilder band = new StringBuilder();
    StringBuilder line = new StringBuilder();
    for (Interval interval : intervals) {
      Share index = interval.index();
      for (double seconds : new double[] {interval.from(), interval.to()}) {
        line.append(point(seconds, index.value()));
        band.append(point(seconds, index.high()));
      }
    }
    for (Interval interval : intervals.reversed()) {
      band.append(point(interval.to(), interval.index().low()));
      band.append(point(interval.from(), interval.index().low()));
    }
    svg.append("<polygon class=\"band\" points=\"").append(band).append("\"/>\n");
    svg.append("<polyline class=\"line\" points=\"").append(line).append("\"/>\n");
  }

  private String point(double seconds, double share) {
    return String.format(Locale.ROOT, "%.1f,%.1f ", x(seconds), y(share));
  }

  private void key() {
    for (int k = 0; k < lesson.labels().size(); k++) {
      int x = LEFT + k % 4 * 220;
      int y = TOP + PLOT + 36 + k / 4 * KEY;
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect fill=\"%s\" x=\"%d\" y=\"%d\" width=\"14\" height=\"14\"/>"
                  + "<text x=\"%d\" y=\"%d\">%s</text>%n",
              colour(k),
              x,
              y,
              x + 20,
              y + 12,
              escape(lesson.labels().get(k))));
    }
  }
}
