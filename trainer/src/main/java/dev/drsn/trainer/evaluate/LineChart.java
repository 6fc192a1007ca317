package dev.drsn.trainer.evaluate;

import dev.drsn.engine.file.AtomicFile;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Lines over a common x axis that begins at its first point; several charts make one picture. */
public final class LineChart {

  /** Where the names of the lines stand: where the lines are not. */
  public enum Legend {
    TOP_RIGHT(LegendPosition.InsideNE),
    BOTTOM_RIGHT(LegendPosition.InsideSE),
    NONE(LegendPosition.InsideNE);

    private final LegendPosition position;

    Legend(LegendPosition position) {
      this.position = position;
    }
  }

  private final XYChart chart;
  private int unnamed;

  /**
   * A chart without lines whose y axis begins at 0.
   *
   * @param x what stands under the x axis
   */
  public LineChart(String title, String x, int width, int height, Legend legend) {
    chart =
        new XYChartBuilder()
            .width(width)
            .height(height)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle("")
            .build();
    XYStyler style = chart.getStyler();
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setChartFontColor(Sheet.INK);
    style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 18));
    style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    style.setLegendVisible(legend != Legend.NONE);
    style.setLegendPosition(legend.position);
    style.setLegendBorderColor(Color.WHITE);
    style.setXAxisDecimalPattern("0.###");
    style.setYAxisDecimalPattern("0.##");
    style.setYAxisMin(0.0);
    style.setMarkerSize(9);
  }

  /** The y axis ends here. */
  public LineChart upTo(double most) {
    chart.getStyler().setYAxisMax(most);
    return this;
  }

  /** A line with a name; a single point is a dot. */
  public LineChart line(String name, double[] x, double[] y, Color colour) {
    XYSeries series = series(name, x, y, colour, 2.5f);
    series.setMarker(x.length == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    return this;
  }

  /** A thin line without a name: one of those that a {@link #line} is the mean of. */
  public LineChart faint(double[] x, double[] y, Color colour) {
    Color thin = new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 90);
    XYSeries series = series("unnamed " + ++unnamed, x, y, thin, 1f);
    series.setMarker(SeriesMarkers.NONE).setShowInLegend(false);
    return this;
  }

  /** A dot without a name. */
  public LineChart dot(double x, double y, Color colour) {
    XYSeries point = series("unnamed " + ++unnamed, new double[] {x}, new double[] {y}, colour, 1f);
    point.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    point.setMarker(SeriesMarkers.CIRCLE).setShowInLegend(false);
    return this;
  }

  private XYSeries series(String name, double[] x, double[] y, Color colour, float thickness) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setLineColor(colour).setLineStyle(new BasicStroke(thickness));
    series.setMarkerColor(colour);
    return series;
  }

  /** Writes charts of one size as a PNG, so many side by side. */
  public static void write(List<LineChart> charts, int columns, Path file) {
    int width = charts.getFirst().chart.getWidth();
    int height = charts.getFirst().chart.getHeight();
    int rows = Math.ceilDiv(charts.size(), columns);
    BufferedImage all =
        new BufferedImage(
            width * Math.min(columns, charts.size()), height * rows, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = all.createGraphics();
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, all.getWidth(), all.getHeight());
    for (int i = 0; i < charts.size(); i++) {
      Graphics2D place = (Graphics2D) g.create();
      place.translate(i % columns * width, i / columns * height);
      charts.get(i).chart.paint(place, width, height);
      place.dispose();
    }
    g.dispose();
    AtomicFile.write(file, out -> ImageIO.write(all, "png", out));
  }
}
