package dev.drsn.cli.serve;

import dev.drsn.trainer.annotate.Desk;
import dev.drsn.trainer.annotate.LabelSet;
import java.util.List;
import java.util.Map;

/**
 * The HTML of an annotator's page: the face, the definitions beside it, each of them a button, and
 * how far one is.
 */
final class LabellingPage {

  private static final int KEYS = 9;

  private final Desk desk;
  private final String task;
  private final String after;

  LabellingPage(Desk desk, String task, String after) {
    this.desk = desk;
    this.task = task;
    this.after = after;
  }

  /**
   * The page.
   *
   * @param face to be judged, or null where all are
   * @param meanwhile whether another window has judged it since it was shown
   */
  String html(String face, boolean meanwhile) {
    int done = desk.done();
    StringBuilder html = new StringBuilder(8192);
    html.append(
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>%1$d of %2$d - drsn</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/dashboard.css">
        <link rel="stylesheet" href="/labelling.css">
        <script type="module" src="/labelling.js"></script>
        </head>
        <body>
        <header>
          <img src="/favicon.svg" alt="" width="28" height="28">
          <h1>drsn</h1>
          <p id="title">%3$s</p>
          <p id="progress"><progress max="%2$d" value="%1$d"></progress> %1$d of %2$d</p>
        </header>
        """
            .formatted(done, desk.size(), escape(task)));
    if (meanwhile) {
      html.append(
          "<p class=\"notice\" role=\"alert\">This face was judged in another window meanwhile;"
              + " what it says there counts. Choose again to change it, or <a href=\"/\">go"
              + " on</a>.</p>\n");
    }
    html.append("<main>\n");
    if (face == null) {
      finished(html);
    } else {
      one(html, face);
    }
    html.append(
        """
        </main>
        <footer>
          <p>Judge what is to be seen, not what the person may feel. Every judgement is on the disk at
          once; close the page whenever you like, the same command goes on.</p>
          <p>Keys: the digits beside the labels, <kbd>0</kbd> cannot tell, <kbd>L</kbd> later, <kbd>U</kbd> undo</p>
        </footer>
        </body>
        </html>
        """);
    return html.toString();
  }

  private void one(StringBuilder html, String face) {
    String said = desk.said(face);
    html.append("<section class=\"panel\" id=\"face\" aria-label=\"The face\">\n<img src=\"/faces/")
        .append(face)
        .append(".png\" alt=\"The face to be judged\">\n");
    if (!desk.note(face).isEmpty()) {
      html.append("<p id=\"note\">").append(escape(desk.note(face))).append("</p>\n");
    }
    html.append("<div id=\"tools\">\n<a id=\"later\" href=\"/?after=")
        .append(face)
        .append("\"><kbd>L</kbd> Later</a>\n");
    undo(html);
    html.append("</div>\n</section>\n");
    html.append(
        "<form class=\"panel\" id=\"labels\" method=\"post\" action=\"/judge\" aria-label=\"What it"
            + " expresses\">\n");
    html.append("<input type=\"hidden\" name=\"face\" value=\"").append(face).append("\">\n");
    html.append("<input type=\"hidden\" name=\"before\" value=\"")
        .append(escape(said))
        .append("\">\n");
    List<LabelSet.Label> labels = desk.labels().labels();
    for (int k = 0; k < labels.size(); k++) {
      LabelSet.Label label = labels.get(k);
      String key = k < KEYS ? Integer.toString(k + 1) : "";
      button(html, key, label.name(), label.name(), label.definition(), said);
    }
    button(
        html, "0", LabelSet.AMBIGUOUS, "cannot tell", Map.of("", "none of them, or several"), said);
    html.append("</form>\n");
  }

  private static void button(
      StringBuilder html,
      String key,
      String value,
      String name,
      Map<String, String> definition,
      String said) {
    html.append("<button name=\"judgement\" value=\"").append(escape(value)).append('"');
    if (!key.isEmpty()) {
      html.append(" accesskey=\"").append(key).append('"');
    }
    if (said.equals(value)) {
      html.append(" aria-pressed=\"true\"");
    }
    html.append("><span class=\"key\">")
        .append(key.isEmpty() ? "" : "<kbd>" + key + "</kbd>")
        .append("</span><span><b>")
        .append(escape(name))
        .append("</b><span class=\"definition\">");
    definition.forEach(
        (part, look) -> {
          html.append("<span>");
          if (!part.isEmpty()) {
            html.append("<i>").append(escape(part)).append("</i> ");
          }
          html.append(escape(look)).append("</span> ");
        });
    html.append("</span></span></button>\n");
  }

  private void undo(StringBuilder html) {
    String last = desk.last();
    if (last == null) {
      return;
    }
    html.append("<form id=\"undo\" method=\"post\" action=\"/undo\"><button><img src=\"/faces/")
        .append(last)
        .append(
            ".png\" alt=\"the face before\" width=\"40\" height=\"40\"><span><kbd>U</kbd> Undo <b>")
        .append(escape(desk.said(last)))
        .append("</b></span></button></form>\n");
  }

  private void finished(StringBuilder html) {
    html.append("<section class=\"panel\" id=\"finished\">\n<h2>")
        .append(desk.size() == 0 ? "There is nothing to judge" : "All faces are judged")
        .append("</h2>\n<p>")
        .append(escape(after))
        .append("</p>\n<table><tbody>\n");
    desk.counts()
        .forEach(
            (name, count) ->
                html.append("<tr><th scope=\"row\">")
                    .append(escape(name))
                    .append("</th><td class=\"number\">")
                    .append(count)
                    .append("</td></tr>\n"));
    html.append("</tbody></table>\n<div id=\"tools\">");
    undo(html);
    html.append("</div>\n</section>\n");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
