package dev.drsn.cli.serve;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import dev.drsn.trainer.annotate.Desk;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One annotator's page:
 *
 * <pre>
 *   GET  /               the next face to be judged; ?face=ID that one, ?after=ID the one after it
 *   GET  /faces/ID.png   a face
 *   POST /judge          a form: face, judgement, before (what the page showed as said of it)
 *   POST /undo           takes the last judgement back
 * </pre>
 *
 * <p>Everything is done by links and forms, so it works without scripts; the script only presses
 * buttons for keys. Every path is for this machine alone, since persons are to be seen.
 */
public final class LabellingEndpoint implements Endpoint {

  /** Its own files and forms, and nothing else. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none';"
          + " form-action 'self'; frame-ancestors 'none'";

  private static final Map<String, String> FILES =
      Map.of(
          "/dashboard.css", "text/css; charset=utf-8",
          "/labelling.css", "text/css; charset=utf-8",
          "/labelling.js", "text/javascript; charset=utf-8",
          "/favicon.svg", "image/svg+xml");
  private static final String FACES = "/faces/";
  private static final String PNG = ".png";
  private static final int MOST_BODY = 4 << 10;

  private final Desk desk;
  private final LabellingPage page;

  /**
   * @param task what is done here, for the page's heading
   * @param after what is to be done when all faces are judged
   */
  public LabellingEndpoint(Desk desk, String task, String after) {
    this.desk = desk;
    this.page = new LabellingPage(desk, task, after);
  }

  @Override
  public boolean serves(String path) {
    return path.equals("/")
        || path.equals("/judge")
        || path.equals("/undo")
        || path.startsWith(FACES)
        || FILES.containsKey(path);
  }

  @Override
  public boolean onlyThisMachine(String path) {
    return !FILES.containsKey(path);
  }

  @Override
  public Answer answer(Request request) throws IOException {
    String path = request.path();
    if (path.equals("/judge") || path.equals("/undo")) {
      return act(request);
    }
    request.readOnly();
    String file = FILES.get(path);
    if (file != null) {
      return Resource.answer(path.substring(1), file).with(Map.of("Cache-Control", "no-cache"));
    }
    return path.equals("/") ? html(request) : face(path);
  }

  private Answer html(Request request) {
    Map<String, String> query = form(request.exchange().getRequestURI().getRawQuery());
    String face = query.get("face");
    if (face != null && desk.file(face) == null) {
      throw new HttpError(404, "there is no such face");
    }
    if (face == null) {
      face = desk.next(query.get("after"));
    }
    String html = page.html(face, query.containsKey("meanwhile"));
    return Answer.of(200, "text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8))
        .with(
            Map.of(
                "Content-Security-Policy",
                POLICY,
                // Not no-referrer: forms would then be sent as from nowhere, which is refused.
                "Referrer-Policy",
                "same-origin"));
  }

  private Answer face(String path) {
    String name = path.substring(FACES.length());
    Path file =
        name.endsWith(PNG) ? desk.file(name.substring(0, name.length() - PNG.length())) : null;
    if (file == null) {
      throw new HttpError(404, "there is no such face");
    }
    try {
      return Answer.of(200, "image/png", Image.readBytes(file));
    } catch (DrsnException e) {
      throw new HttpError(404, "the face's file is missing");
    }
  }

  private Answer act(Request request) throws IOException {
    if (!request.method().equals("POST")) {
      throw new HttpError(405, "this is for POST");
    }
    String type = request.header("Content-Type");
    if (type == null
        || !type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded")) {
      throw new HttpError(415, "send a form");
    }
    Map<String, String> form = form(new String(request.body(MOST_BODY), StandardCharsets.US_ASCII));
    try {
      if (request.path().equals("/undo")) {
        String face = desk.undo();
        return to(face == null ? "/" : "/?face=" + face);
      }
      String face = form.getOrDefault("face", "");
      Desk.Answer answer =
          desk.judge(face, form.getOrDefault("judgement", ""), form.getOrDefault("before", ""));
      return switch (answer) {
        case NOTED -> to("/");
        case MEANWHILE -> to("/?face=" + face + "&meanwhile=1");
      };
    } catch (IllegalArgumentException e) {
      throw new HttpError(400, e.getMessage());
    } catch (DrsnException e) {
      // The disk is full: the annotator must know, and nothing was noted.
      throw new HttpError(507, e.getMessage());
    }
  }

  /** The browser gets a page by GET, so that loading it again sends no form again. */
  private static Answer to(String where) {
    return Answer.of(303, "", new byte[0]).with(Map.of("Location", where));
  }

  private static Map<String, String> form(String text) {
    Map<String, String> form = new HashMap<>();
    if (text != null && !text.isEmpty()) {
      for (String pair : text.split("&", -1)) {
        int equals = pair.indexOf('=');
        try {
          form.put(
              decoded(equals < 0 ? pair : pair.substring(0, equals)),
              equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        } catch (IllegalArgumentException e) {
          throw new HttpError(400, "this is no form");
        }
      }
    }
    return form;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
