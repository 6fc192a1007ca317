package dev.drsn.cli;

import dev.drsn.engine.file.AtomicFile;
import java.nio.file.Path;
import java.util.List;

/** A page that opens from disk: no scripts, nothing from the network, readable in dark mode. */
final class HtmlPage {

  private static final String STYLE =
      """
      :root { color-scheme: light dark; }
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
      h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
      img { max-width: 100%; height: auto; border-radius: 4px; background: #fff; }
      figure { margin: 1rem 0; } figcaption { font-size: .9rem; opacity: .75; }
      table { border-collapse: collapse; } th, td { text-align: left; padding: .3rem .9rem .3rem 0;
        border-bottom: 1px solid #8884; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
      code, pre { font: .9rem/1.5 ui-monospace, monospace; background: #8882; border-radius: 4px;
        padding: .1rem .3rem; } pre { padding: .8rem; overflow-x: auto; }
      .notice { border-left: 4px solid #d9822b; padding: .2rem 1rem; }
      """;

  private final StringBuilder body = new StringBuilder();
  private final String title;

  HtmlPage(String title) {
    this.title = title;
    body.append("<h1>").append(escape(title)).append("</h1>\n");
  }

  HtmlPage heading(String text) {
    body.append("<h2>").append(escape(text)).append("</h2>\n");
    return this;
  }

  HtmlPage paragraph(String text) {
    body.append("<p>").append(escape(text)).append("</p>\n");
    return this;
  }

  /** A remark that must not be overlooked. */
  HtmlPage notice(String text) {
    body.append("<p class=\"notice\">").append(escape(text)).append("</p>\n");
    return this;
  }

  HtmlPage code(String text) {
    body.append("<pre>").append(escape(text)).append("</pre>\n");
    return this;
  }

  /**
   * A picture that lies beside the page.
   *
   * @param text says what is to be seen, also to those who cannot
   */
  HtmlPage picture(String file, String text) {
    body.append("<figure><img src=\"")
        .append(escape(file))
        .append("\" alt=\"")
        .append(escape(text))
        .append("\"><figcaption>")
        .append(escape(text))
        .append("</figcaption></figure>\n");
    return this;
  }

  /** A drawing that is part of the page: SVG. */
  HtmlPage drawing(String svg) {
    body.append("<figure>").append(svg).append("</figure>\n");
    return this;
  }

  /** A table; columns after the first hold numbers. */
  HtmlPage table(ReproduceTables.Table table) {
    return table(table.head(), table.rows());
  }

  /** A table; columns after the first hold numbers. */
  HtmlPage table(List<String> head, List<List<String>> rows) {
    body.append("<table><thead>");
    row("th", head);
    body.append("</thead><tbody>\n");
    rows.forEach(row -> row("td", row));
    body.append("</tbody></table>\n");
    return this;
  }

  /** Remarks, one below the other. */
  HtmlPage list(List<String> remarks) {
    body.append("<ul>\n");
    remarks.forEach(remark -> body.append("<li>").append(escape(remark)).append("</li>\n"));
    body.append("</ul>\n");
    return this;
  }

  private void row(String cell, List<String> texts) {
    body.append("<tr>");
    for (int i = 0; i < texts.size(); i++) {
      body.append('<').append(cell).append(i > 0 ? " class=\"n\">" : ">");
      body.append(escape(texts.get(i))).append("</").append(cell).append('>');
    }
    body.append("</tr>\n");
  }

  /** Writes the page. */
  void write(Path file) {
    AtomicFile.write(
        file,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
            + escape(title)
            + "</title>\n<style>\n"
            + STYLE
            + "</style></head><body>\n"
            + body
            + "</body></html>\n");
  }

  /** A text as HTML and SVG want it. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
