package dev.drsn.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of the documentation with parts that are made: what stands between {@code <!-- begin NAME
 * -->} or {@code <!-- begin NAME ARGUMENT -->} and {@code <!-- end -->}. The rest is left alone.
 */
public final class Page {
  private static final Pattern BEGIN = Pattern.compile("<!-- begin (\\S+)(?: (\\S+))? -->");
  private static final String END = "<!-- end -->";

  /** Makes a part. */
  public interface Maker {

    /**
     * The text of a part, lines with their ends.
     *
     * @param argument null where there is none
     */
    String text(String name, String argument);
  }

  private Page() {}

  /**
   * Rewrites a page.
   *
   * @return what was made: one line a part
   * @throws DrsnException where a marker is not closed
   */
  public static List<String> rewrite(Path page, Maker maker) {
    List<String> made = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    List<String> lines = lines(page);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      text.append(line).append("\n");
      Matcher begin = BEGIN.matcher(line.strip());
      if (begin.matches()) {
        int end = i + 1;
        while (end < lines.size() && !lines.get(end).strip().equals(END)) {
          end++;
        }
        if (end == lines.size()) {
          throw new DrsnException(page + ": " + line + " has no " + END + "; add it");
        }
        text.append(maker.text(begin.group(1), begin.group(2))).append(END).append("\n");
        made.add(begin.group(1) + (begin.group(2) == null ? "" : " " + begin.group(2)));
        i = end;
      }
    }
    byte[] all = text.toString().getBytes(UTF_8);
    AtomicFile.write(page, out -> out.write(all));
    return made;
  }

  private static List<String> lines(Path page) {
    try {
      return Files.readAllLines(page);
    } catch (IOException e) {
      throw new DrsnException("cannot read " + page + ": " + e.getMessage(), e);
    }
  }
}
