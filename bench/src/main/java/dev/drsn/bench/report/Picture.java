package dev.drsn.bench.report;

import dev.drsn.engine.file.AtomicFile;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import tools.jackson.databind.node.ObjectNode;

/** Cells as a PNG picture. */
final class Picture {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 480;
  private static final Color INK = new Color(0x22, 0x22, 0x22);
  private static final Map<String, Color> COLOURS =
      Map.of(
          "drsn", new Color(0x00, 0x72, 0xB2),
          "onnxruntime", new Color(0xD5, 0x5E, 0x00),
          "libtorch", new Color(0x00, 0x9E, 0x73));

  private Picture() {}

  /** How many times as long as drsn the peers take: bars in groups, a group a cell. */
  static void ratios(List<ObjectNode> cells, Path file) {
    Table table = new Table(cells);
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Time of the others over drsn's: " + table.shared())
            .yAxisTitle("above 1: drsn is faster")
            .build();
    style(chart.getStyler());
    chart.getStyler().setXAxisLabelRotation(cells.size() > 6 ? 40 : 0);
    chart.getStyler().setAvailableSpaceFill(0.7);
    // Every group has its label: with the usual hint XChart leaves out each second one.
    chart.getStyler().setXAxisTickMarkSpacingHint(WIDTH / 20);
    List<String> labels = cells.stream().map(table::label).toList();
    for (String name : Table.contenders(cells)) {
      if (!name.equals("drsn")) {
        List<Double> ratios =
            cells.stream().map(cell -> cell.path("ratio_" + name).doubleValue(0)).toList();
        chart.addSeries(name, labels, ratios).setFillColor(COLOURS.get(name));
      }
    }
    write(chart, file);
  }

  /** How time grows with a property: a line a network and contender, both axes logarithmic. */
  static void growth(List<ObjectNode> cells, String grows, Path file) {
    Table table = new Table(cells);
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Time by " + grows + ": " + table.shared())
            .xAxisTitle(grows)
            .yAxisTitle("ms")
            .build();
    style(chart.getStyler());
    chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    chart.getStyler().setXAxisLogarithmicDecadeOnly(false).setYAxisLogarithmicDecadeOnly(false);
    chart.getStyler().setMarkerSize(8);
    Map<String, List<ObjectNode>> networks = new LinkedHashMap<>();
    for (ObjectNode cell : cells) {
      networks
          .computeIfAbsent(cell.path("network").asString(), name -> new ArrayList<>())
          .add(cell);
    }
    networks.forEach(
        (network, own) -> {
          for (String name : Table.contenders(own)) {
            double[] x = own.stream().mapToDouble(cell -> cell.path(grows).asDouble()).toArray();
            double[] y =
                own.stream().mapToDouble(cell -> cell.path(name + "_ms").asDouble()).toArray();
            XYSeries series =
                chart.addSeries(networks.size() > 1 ? network + ", " + name : name, x, y);
            series.setLineColor(COLOURS.get(name));
            series.setLineStyle(new BasicStroke(2.5f));
            series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(COLOURS.get(name));
          }
        });
    write(chart, file);
  }

  private static void style(AxesChartStyler style) {
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setChartFontColor(INK);
    style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
    style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    style.setLegendPosition(Styler.LegendPosition.OutsideE);
    style.setLegendBorderColor(Color.WHITE);
  }

  private static void write(Chart<?, ?> chart, Path file) {
    BufferedImage picture = BitmapEncoder.getBufferedImage(chart);
    AtomicFile.write(file, out -> ImageIO.write(picture, "png", out));
  }
}
