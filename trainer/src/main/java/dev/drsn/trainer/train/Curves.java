package dev.drsn.trainer.train;

import dev.drsn.engine.file.AtomicFile;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Loss and accuracy by epoch, side by side. */
final class Curves {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 460;
  private static final Color TRAIN = new Color(0x00, 0x72, 0xB2);
  private static final Color VALID = new Color(0xD5, 0x5E, 0x00);
  private static final Color INK = new Color(0x22, 0x22, 0x22);

  private Curves() {}

  static void draw(List<EpochResult> results, int best, Path file) {
    XYChart loss = chart("Loss (cross-entropy)", Styler.LegendPosition.InsideNE);
    add(loss, "train", results, EpochResult::crossEntropy, TRAIN);
    add(loss, "valid", results, EpochResult::validLoss, VALID);
    XYChart accuracy = chart("Accuracy, % (dot: best epoch)", Styler.LegendPosition.InsideSE);
    accuracy.getStyler().setYAxisMax(100.0);
    add(accuracy, "train", results, r -> 100 * r.trainAccuracy(), TRAIN);
    add(accuracy, "valid", results, r -> 100 * r.validAccuracy(), VALID);
    for (EpochResult r : results) {
      if (r.epoch() == best) {
        XYSeries point =
            accuracy.addSeries("best", new double[] {best}, new double[] {100 * r.validAccuracy()});
        point.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        point.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(VALID).setShowInLegend(false);
      }
    }
    BufferedImage both = new BufferedImage(2 * WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = both.createGraphics();
    loss.paint(g, WIDTH, HEIGHT);
    g.translate(WIDTH, 0);
    accuracy.paint(g, WIDTH, HEIGHT);
    g.dispose();
    AtomicFile.write(file, out -> ImageIO.write(both, "png", out));
  }

  private static XYChart chart(String title, Styler.LegendPosition legend) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("epoch")
            .yAxisTitle("")
            .build();
    XYStyler style = chart.getStyler();
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setChartFontColor(INK);
    style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 18));
    style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    style.setLegendPosition(legend);
    style.setLegendBorderColor(Color.WHITE);
    style.setXAxisDecimalPattern("0");
    style.setYAxisDecimalPattern("0.##");
    style.setYAxisMin(0.0);
    style.setMarkerSize(9);
    return chart;
  }

  private static void add(
      XYChart chart,
      String name,
      List<EpochResult> results,
      ToDoubleFunction<EpochResult> value,
      Color colour) {
    double[] epochs = results.stream().mapToDouble(EpochResult::epoch).toArray();
    XYSeries series = chart.addSeries(name, epochs, results.stream().mapToDouble(value).toArray());
    series.setLineColor(colour);
    series.setLineStyle(new BasicStroke(2.5f));
    series.setMarkerColor(colour);
    series.setMarker(results.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
  }
}
