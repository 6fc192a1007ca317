import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Looks at the dashboard of a drsn that runs, with Chromium by its DevTools protocol: in light and
 * dark, wide and as a phone, by keyboard, with reduced motion. Checks what can be checked, and
 * keeps pictures for the eye. Run by scripts/dashboard.
 *
 * <p>Arguments: the dashboard's address, the browser's DevTools port, a folder for pictures, the
 * number of streams, seconds to wait until there is something to see; and a dashboard without
 * streams that asks for a token, and the token.
 */
final class Dashboard implements WebSocket.Listener {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final StringBuilder part = new StringBuilder();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final AtomicInteger next = new AtomicInteger();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private final String page;
  private final Path folder;
  private WebSocket socket;

  private Dashboard(String page, Path folder) {
    this.page = page;
    this.folder = folder;
  }

  public static void main(String[] args) throws Exception {
    Dashboard dashboard = new Dashboard(args[0], Path.of(args[2]));
    Files.createDirectories(dashboard.folder);
    dashboard.connect(Integer.parseInt(args[1]));
    dashboard.look(Integer.parseInt(args[3]), Integer.parseInt(args[4]));
    dashboard.unlock(args[5], args[6]);
    dashboard.faults.forEach(fault -> System.out.println("fault: " + fault));
    System.out.println(
        dashboard.faults.isEmpty()
            ? "the dashboard is as it should be; pictures are in " + dashboard.folder
            : dashboard.faults.size() + " faults; pictures are in " + dashboard.folder);
    System.exit(dashboard.faults.isEmpty() ? 0 : 1);
  }

  private void connect(int port) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest list =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json")).build();
    String address = null;
    for (int i = 0; i < 200 && address == null; i++) {
      try {
        for (JsonNode target : JSON.readTree(client.send(list, BodyHandlers.ofString()).body())) {
          if (target.get("type").asString().equals("page")) {
            address = target.get("webSocketDebuggerUrl").asString();
          }
        }
      } catch (IOException e) {
        Thread.sleep(100);
      }
    }
    if (address == null) {
      throw new IOException("the browser does not answer on port " + port);
    }
    socket = client.newWebSocketBuilder().buildAsync(URI.create(address), this).get();
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    part.append(data);
    if (last) {
      JsonNode message = JSON.readTree(part.toString());
      part.setLength(0);
      if (message.has("id")) {
        answers.remove(message.get("id").intValue()).complete(message);
      } else {
        event(message.get("method").asString(), message.get("params"));
      }
    }
    from.request(1);
    return null;
  }

  private void event(String method, JsonNode params) {
    switch (method) {
      case "Log.entryAdded" -> complaints.add(params.get("entry").get("text").asString());
      case "Runtime.exceptionThrown" ->
          complaints.add(params.at("/exceptionDetails/exception/description").asString());
      case "Network.requestWillBeSent" -> asked.add(params.get("request").get("url").asString());
      default -> {}
    }
  }

  private JsonNode call(String method, Object... keysAndValues) throws Exception {
    int id = next.incrementAndGet();
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    ObjectNode params = message.putObject("params");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      params.set((String) keysAndValues[i], JSON.valueToTree(keysAndValues[i + 1]));
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    socket.sendText(message.toString(), true).get();
    JsonNode got = answer.get(30, TimeUnit.SECONDS);
    if (got.has("error")) {
      throw new IOException(method + ": " + got.get("error"));
    }
    return got.get("result");
  }

  private String evaluate(String script) throws Exception {
    JsonNode result = call("Runtime.evaluate", "expression", "String(" + script + ")");
    return result.get("result").path("value").asString("");
  }

  private void check(boolean right, String what) {
    if (!right) {
      faults.add(what);
    }
  }

  private void media(int width, int height, String scheme, String motion) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        height,
        "deviceScaleFactor",
        1,
        "mobile",
        width < 600);
    call(
        "Emulation.setEmulatedMedia",
        "features",
        List.of(
            Map.of("name", "prefers-color-scheme", "value", scheme),
            Map.of("name", "prefers-reduced-motion", "value", motion)));
    // A sample later everything is drawn for this size.
    Thread.sleep(1500);
  }

  private void picture(String name) throws Exception {
    String data =
        call("Page.captureScreenshot", "format", "png", "captureBeyondViewport", true)
            .get("data")
            .asString();
    Files.write(folder.resolve(name + ".png"), Base64.getDecoder().decode(data));
  }

  private void key(String key, int code) throws Exception {
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          "type",
          type,
          "key",
          key,
          "code",
          key,
          "windowsVirtualKeyCode",
          code,
          "text",
          key.equals("Enter") && type.equals("keyDown") ? "\r" : "");
    }
  }

  private void look(int streams, int seconds) throws Exception {
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable");
    }
    call("Page.navigate", "url", page);
    for (int i = 0;
        i < 200
            && !evaluate("document.querySelectorAll('#list tbody tr:not(.more)').length")
                .equals("" + streams);
        i++) {
      Thread.sleep(100);
    }
    Thread.sleep(1000L * seconds);
    String rows = evaluate("document.querySelectorAll('#list tbody tr:not(.more)').length");
    check(rows.equals("" + streams), "there are " + rows + " rows for " + streams + " streams");

    media(1280, 900, "light", "no-preference");
    String light = evaluate("getComputedStyle(document.body).backgroundColor");
    String moving = evaluate("document.getAnimations().length > 0");
    check(moving.equals("true"), "nothing moves though it may");
    check(
        evaluate("document.querySelector('#connection').textContent").equals("live"),
        "it is not live");
    fits(1280);
    tall("light");
    media(1280, 900, "dark", "reduce");
    check(
        !evaluate("getComputedStyle(document.body).backgroundColor").equals(light),
        "dark is not dark");
    check(
        evaluate("document.getAnimations().length").equals("0"),
        "something moves though it must not");
    tall("dark");
    media(390, 844, "light", "reduce");
    fits(390);
    tall("phone");
    media(390, 844, "dark", "reduce");
    tall("phone-dark");
    media(1280, 900, "light", "reduce");
    keyboard(streams);
    for (String url : asked) {
      check(url.startsWith(page) || url.startsWith("blob:" + page), "asks elsewhere: " + url);
    }
    complaints.stream()
        .distinct()
        .forEach(line -> check(line.contains("/frame.jpg"), "the browser says: " + line));
  }

  private void await(String what, String script) throws Exception {
    for (int i = 0; i < 100; i++) {
      if (evaluate(script).equals("true")) {
        return;
      }
      Thread.sleep(100);
    }
    check(false, what);
  }

  private void answer(String token) throws Exception {
    evaluate("document.querySelector('#token').focus()");
    call("Input.insertText", "text", token);
    key("Enter", 13);
  }

  /** A page that asks for a token and then has no streams to show. */
  private void unlock(String locked, String token) throws Exception {
    complaints.clear();
    call("Page.navigate", "url", locked);
    await("it asks for no token", "!document.querySelector('#login').hidden");
    check(evaluate("document.querySelector('#main').hidden").equals("true"), "it shows before");
    tall("token");
    answer("not the token at all");
    await(
        "a wrong token is not said to be wrong",
        "document.querySelector('#refused').textContent.includes('not the token')");
    tall("token-wrong");
    answer(token);
    await("the token opens nothing", "!document.querySelector('#main').hidden");
    await("nothing is said of no streams", "!document.querySelector('#empty').hidden");
    fits(1280);
    tall("empty");
    media(390, 844, "dark", "reduce");
    fits(390);
    tall("empty-phone-dark");
    evaluate("document.querySelector('footer a[href=\"/metrics\"]').click()");
    await(
        "the metrics do not show",
        "document.body.textContent.includes('drsn_stream_frames') || "
            + "document.body.textContent.includes('drsn_http_requests')");
    complaints.stream()
        .distinct()
        .forEach(line -> check(line.contains("401"), "the browser says: " + line));
  }

  /** The whole page, however long. */
  private void tall(String name) throws Exception {
    int width = Integer.parseInt(evaluate("innerWidth"));
    int height = Integer.parseInt(evaluate("document.documentElement.scrollHeight"));
    call(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        height,
        "deviceScaleFactor",
        width < 600 ? 2 : 1,
        "mobile",
        width < 600);
    Thread.sleep(1200);
    picture(name);
  }

  private void fits(int width) throws Exception {
    check(
        Integer.parseInt(evaluate("document.documentElement.scrollWidth")) <= width,
        "wider than a screen of " + width);
  }

  private void keyboard(int streams) throws Exception {
    if (streams == 0) {
      return;
    }
    for (int i = 0;
        i < 10 && !evaluate("document.activeElement.closest('.name') !== null").equals("true");
        i++) {
      key("Tab", 9);
    }
    check(
        evaluate("document.activeElement.closest('.name') !== null").equals("true"),
        "no stream by keyboard");
    key("Enter", 13);
    Thread.sleep(1500);
    check(
        evaluate("document.activeElement.getAttribute('aria-expanded')").equals("true"),
        "Enter opens nothing");
    check(
        evaluate("document.querySelector('.more dl').getClientRects().length > 0").equals("true"),
        "nothing is opened");
    tall("opened");
  }
}
