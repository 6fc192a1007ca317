package dev.drsn.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import dev.drsn.trainer.annotate.Desk;
import dev.drsn.trainer.annotate.LabelSet;
import dev.drsn.trainer.collect.CollectOptions;
import dev.drsn.trainer.collect.Collector;
import dev.drsn.trainer.collect.FaceSet;
import dev.drsn.trainer.collect.Subjects;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The annotator's page by its links and forms alone, as a browser without scripts uses it. */
class LabellingEndpointTest {
  private static final Pattern FACE = Pattern.compile("name=\"face\" value=\"([0-9a-f]+)\"");
  private static final Pattern BEFORE = Pattern.compile("name=\"before\" value=\"([^\"]*)\"");

  @TempDir Path folder;
  private final HttpClient browser =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private FaceSet set;
  private Desk desk;
  private WebServer server;

  @BeforeEach
  void open() throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    Random random = new Random(1);
    for (int i = 0; i < 3; i++) {
      byte[] pixels = new byte[32 * 32];
      random.nextBytes(pixels);
      new Image(32, 32, 1, pixels).write(pictures.resolve(i + ".png"));
    }
    Collector.Listener silent =
        new Collector.Listener() {
          @Override
          public void searching() {}

          @Override
          public void note(String line) {
            throw new AssertionError(line);
          }
        };
    new Collector(
            folder.resolve("set"),
            new CollectOptions(32, 0, 0, 0.1, 10, 4, 0, true),
            Subjects.of("track"),
            _ -> FaceDetector.none(),
            () -> false,
            silent)
        .collect(List.of(pictures), 1L, 0, true);
    set = FaceSet.open(folder.resolve("set"));
    serve(null);
  }

  private void serve(LabelSet labels) {
    desk = Desk.of(set, "kim", labels);
    server =
        new WebServer(
            ServerOptions.of("127.0.0.1", 0, null),
            List.of(new LabellingEndpoint(desk, "kim is annotating", "then agree")),
            new ServerMetrics(),
            log::add);
  }

  @AfterEach
  void close() {
    server.close();
    desk.close();
    assertThat(log).isEmpty();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return browser.send(request.build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + server.address().getPort() + path));
  }

  private String page(String path) throws Exception {
    HttpResponse<String> page = send(to(path).GET());
    assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
    return page.body();
  }

  private HttpResponse<String> post(String path, String form) throws Exception {
    return send(
        to(path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form)));
  }

  private static String found(Pattern what, String page) {
    Matcher matcher = what.matcher(page);
    assertThat(matcher.find()).as(page).isTrue();
    return matcher.group(1);
  }

  private static String form(String page, String judgement) {
    return "face="
        + found(FACE, page)
        + "&before="
        + found(BEFORE, page)
        + "&judgement="
        + judgement;
  }

  private void judge(String page, String judgement, String then) throws Exception {
    HttpResponse<String> answer = post("/judge", form(page, judgement));
    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(answer.headers().firstValue("Location")).hasValue(then);
  }

  @Test
  void allFacesFromFirstToLast() throws Exception {
    String page = page("/");
    assertThat(page)
        .contains("0 of 3", "kim is annotating", "<i>eyebrows</i> frowning", "cannot tell")
        .doesNotContain("Undo");
    judge(page, "happy", "/");
    assertThat(page("/")).contains("1 of 3", "Undo <b>happy</b>");
    judge(page("/"), "ambiguous", "/");
    judge(page("/"), "tired", "/");
    assertThat(page("/")).contains("3 of 3", "All faces are judged", "then agree");
    assertThat(desk.counts()).containsEntry("happy", 1).containsEntry("ambiguous", 1);
  }

  @Test
  void undoShowsTheFaceAgain() throws Exception {
    String page = page("/");
    judge(page, "happy", "/");
    HttpResponse<String> answer = post("/undo", "");
    String face = found(FACE, page);
    assertThat(answer.headers().firstValue("Location")).hasValue("/?face=" + face);
    assertThat(found(FACE, page("/?face=" + face))).isEqualTo(face);
    assertThat(desk.done()).isZero();
    assertThat(post("/undo", "").headers().firstValue("Location")).hasValue("/");
  }

  @Test
  void laterIsALink() throws Exception {
    String first = found(FACE, page("/"));
    assertThat(page("/")).contains("href=\"/?after=" + first + "\"");
    assertThat(found(FACE, page("/?after=" + first))).isNotEqualTo(first);
  }

  @Test
  void twoWindowsOfOneName() throws Exception {
    String one = page("/");
    String other = page("/");
    judge(one, "happy", "/");
    String face = found(FACE, one);
    judge(other, "tired", "/?face=" + face + "&meanwhile=1");
    String told = page("/?face=" + face + "&meanwhile=1");
    assertThat(told)
        .contains("another window")
        .contains("value=\"happy\" accesskey=\"6\" aria-pressed");
    assertThat(desk.said(face)).isEqualTo("happy");
    judge(told, "tired", "/");
    assertThat(desk.said(face)).isEqualTo("tired");
  }

  @Test
  void onlyFacesOfTheSetAreShown() throws Exception {
    String face = found(FACE, page("/"));
    HttpResponse<String> shown = send(to("/faces/" + face + ".png").GET());
    assertThat(shown.headers().firstValue("Content-Type")).hasValue("image/png");
    assertThat(shown.headers().firstValue("Cache-Control")).hasValue("no-store");
    for (String path :
        List.of(
            "/faces/../private/build.yaml",
            "/faces/..%2fprivate%2fbuild.yaml",
            "/faces/" + face,
            "/faces/0000.png",
            "/?face=..%2flabels.yaml",
            "/private/build.yaml",
            "/labels.yaml")) {
      HttpResponse<String> answer = send(to(path).GET());
      assertThat(answer.statusCode()).as(path).isEqualTo(404);
      assertThat(answer.body()).doesNotContain("seed");
    }
  }

  @Test
  void otherSitesAndOtherFormsAreRefused() throws Exception {
    String form = form(page("/"), "happy");
    HttpRequest.Builder foreign =
        to("/judge")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Origin", "http://evil.example")
            .POST(BodyPublishers.ofString(form));
    assertThat(send(foreign).statusCode()).isEqualTo(403);
    assertThat(send(to("/").header("Origin", "http://evil.example").GET()).statusCode())
        .isEqualTo(403);
    assertThat(send(to("/judge").POST(BodyPublishers.ofString(form))).statusCode()).isEqualTo(415);
    assertThat(send(to("/judge").GET()).statusCode()).isEqualTo(405);
    assertThat(post("/judge", "face=%zz").statusCode()).isEqualTo(400);
    assertThat(post("/judge", "").statusCode()).isEqualTo(400);
    assertThat(post("/judge", form.replace("happy", "joyful")).statusCode()).isEqualTo(400);
    assertThat(post("/judge", "x".repeat(5000)).statusCode()).isEqualTo(413);
    assertThat(desk.done()).isZero();
    HttpResponse<String> page = send(to("/").GET());
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("form-action 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
  }

  @Test
  void whatFilesSayIsNoMarkup() throws Exception {
    server.close();
    desk.close();
    Files.delete(set.folder().resolve("labels.yaml"));
    Path file = folder.resolve("labels.yaml");
    Files.writeString(
        file,
        "labels: [{name: a, definition: '<script>x</script>'}, {name: b, definition: {'<b>':"
            + " '\"&'}}]");
    serve(LabelSet.read(file));
    assertThat(page("/"))
        .contains("&lt;script&gt;", "<i>&lt;b&gt;</i> &quot;&amp;")
        .doesNotContain("<script>x");
  }
}
