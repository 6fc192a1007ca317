package dev.drsn.cli.serve;

import java.io.IOException;
import java.util.Map;

/**
 * The dashboard: a page, its script, its style and its icon. They are the same for everybody and
 * tell nothing, so they are given to everybody; what they show is asked for with the token.
 */
public final class PageEndpoint implements Endpoint {

  /** Nothing but its own files, no other page around it, no code in it. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private record File(String name, String type) {}

  private static final Map<String, File> FILES =
      Map.of(
          "/", new File("dashboard.html", "text/html; charset=utf-8"),
          "/dashboard.js", new File("dashboard.js", "text/javascript; charset=utf-8"),
          "/events.js", new File("events.js", "text/javascript; charset=utf-8"),
          "/charts.js", new File("charts.js", "text/javascript; charset=utf-8"),
          "/dashboard.css", new File("dashboard.css", "text/css; charset=utf-8"),
          "/favicon.svg", new File("favicon.svg", "image/svg+xml"));

  @Override
  public boolean serves(String path) {
    return FILES.containsKey(path);
  }

  @Override
  public boolean isOpen(String path) {
    return true;
  }

  @Override
  public Answer answer(Request request) throws IOException {
    request.readOnly();
    File file = FILES.get(request.path());
    return Resource.answer(file.name(), file.type())
        .with(
            Map.of(
                "Content-Security-Policy", POLICY,
                "Referrer-Policy", "no-referrer",
                "Cache-Control", "no-cache"));
  }
}
