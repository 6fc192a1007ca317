package dev.drsn.cli.kafka;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Which Kafka, and how it is spoken to. What Kafka's own clients can be told may stand in a
 * properties file; name and password may stand in the environment instead, which is then enough:
 *
 * <pre>
 *   DRSN_KAFKA_USER, DRSN_KAFKA_PASSWORD   security.protocol=SASL_SSL, sasl.mechanism=SCRAM-SHA-512
 * </pre>
 */
public final class KafkaSettings {

  private static final Pattern SERVER =
      Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):([1-9]\\d{0,4})");
  private static final int MOST_PORT = 65_535;
  private static final String USER = "DRSN_KAFKA_USER";
  private static final String PASSWORD = "DRSN_KAFKA_PASSWORD";

  /** What results depend on: arriving once, in order, in this form. */
  private static final Map<String, Object> OURS =
      Map.of(
          ProducerConfig.ACKS_CONFIG, "all",
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true",
          ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1",
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class.getName(),
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName());

  /** What a file may set otherwise. Kafka's clients tell brokers about themselves if asked. */
  private static final Map<String, String> USUAL =
      Map.of(
          ProducerConfig.CLIENT_ID_CONFIG, "drsn",
          ProducerConfig.MAX_BLOCK_MS_CONFIG, "10000",
          ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000",
          ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "15000",
          ProducerConfig.LINGER_MS_CONFIG, "5",
          ProducerConfig.BATCH_SIZE_CONFIG, "524288",
          ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, "false");

  /** The other compressions need native libraries. */
  private static final Set<String> COMPRESSIONS = Set.of("none", "gzip");

  private final String servers;
  private final Map<String, String> given;
  private final List<String> secrets;

  /**
   * Reads them.
   *
   * @param servers HOST:PORT, with commas between them
   * @param file of properties, or null
   * @param environment where name and password may be
   * @throws DrsnException where something of it cannot be, without secrets
   */
  public KafkaSettings(String servers, Path file, Map<String, String> environment) {
    this.servers = checked(servers);
    this.given = file == null ? new HashMap<>() : read(file);
    logIn(environment.get(USER), environment.get(PASSWORD));
    Map<String, ConfigDef.ConfigKey> known = ProducerConfig.configDef().configKeys();
    this.secrets =
        given.entrySet().stream()
            .filter(each -> known.get(each.getKey()).type == ConfigDef.Type.PASSWORD)
            .map(Map.Entry::getValue)
            .filter(secret -> !secret.isBlank())
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  private static String checked(String servers) {
    for (String server : servers.split(",", -1)) {
      var parts = SERVER.matcher(server);
      if (!parts.matches() || Integer.parseInt(parts.group(2)) > MOST_PORT) {
        throw new DrsnException(
            "a Kafka broker is HOST:PORT, not '" + server.replaceFirst(".*@", "***@") + "'");
      }
    }
    return servers;
  }

  private static Map<String, String> read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw new DrsnException("there is no file " + file + "; is the path right?", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new DrsnException(file + " cannot be read: " + e.getMessage(), e);
    }
    Map<String, String> given = new HashMap<>();
    for (String key : properties.stringPropertyNames()) {
      String value = properties.getProperty(key).strip();
      if (OURS.containsKey(key)
          || key.equals(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG)
          || key.equals(ProducerConfig.TRANSACTIONAL_ID_CONFIG)) {
        throw new DrsnException(file + ": " + key + " is set by drsn; take it out");
      }
      if (!ProducerConfig.configNames().contains(key)) {
        throw new DrsnException(
            file + ": " + key + " is no setting of a Kafka producer; is it spelled right?");
      }
      if (key.equals(ProducerConfig.COMPRESSION_TYPE_CONFIG) && !COMPRESSIONS.contains(value)) {
        throw new DrsnException(file + ": " + key + " is none or gzip, not " + value);
      }
      given.put(key, value);
    }
    return given;
  }

  private void logIn(String user, String password) {
    if (user == null && password == null) {
      return;
    }
    if (user == null || password == null) {
      throw new DrsnException(USER + " and " + PASSWORD + " go together; set both or neither");
    }
    if (given.containsKey(SaslConfigs.SASL_JAAS_CONFIG)) {
      throw new DrsnException(
          USER + " is set, and so is " + SaslConfigs.SASL_JAAS_CONFIG + "; take one of them out");
    }
    if ((user + password).chars().anyMatch(Character::isISOControl)) {
      throw new DrsnException(USER + " and " + PASSWORD + " are one line each; write them anew");
    }
    given.putIfAbsent("security.protocol", "SASL_SSL");
    String mechanism = given.computeIfAbsent(SaslConfigs.SASL_MECHANISM, _ -> "SCRAM-SHA-512");
    Class<?> module =
        switch (mechanism) {
          case "PLAIN" -> PlainLoginModule.class;
          case "SCRAM-SHA-256", "SCRAM-SHA-512" -> ScramLoginModule.class;
          default ->
              throw new DrsnException(
                  SaslConfigs.SASL_MECHANISM
                      + " is PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 where "
                      + USER
                      + " is set, not "
                      + mechanism);
        };
    given.put(
        SaslConfigs.SASL_JAAS_CONFIG,
        module.getName()
            + " required username="
            + quoted(user)
            + " password="
            + quoted(password)
            + ";");
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** HOST:PORT, with commas between them. */
  String servers() {
    return servers;
  }

  /** All that a producer of results is told. */
  Map<String, Object> producer() {
    Map<String, Object> all = new HashMap<>(USUAL);
    all.putAll(given);
    all.putAll(OURS);
    all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    return all;
  }

  /** What another client of Kafka is told: of the file and the environment what it knows. */
  private Map<String, Object> client(Set<String> known) {
    Map<String, Object> all = new HashMap<>();
    all.put(CommonClientConfigs.CLIENT_ID_CONFIG, "drsn");
    all.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    given.forEach(
        (key, value) -> {
          if (known.contains(key)) {
            all.put(key, value);
          }
        });
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, servers);
    return all;
  }

  /** All that one who looks after topics is told. */
  Map<String, Object> admin() {
    Map<String, Object> all = client(AdminClientConfig.configNames());
    all.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5000);
    all.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    return all;
  }

  /** All that a reader of a topic of texts and bytes is told; it reads from the beginning. */
  Map<String, Object> consumer() {
    Map<String, Object> all = client(ConsumerConfig.configNames());
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    all.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5000);
    all.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class.getName());
    all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    return all;
  }

  /** All that Kafka Streams is told of brokers, users and the like. */
  public Map<String, Object> streams() {
    Map<String, Object> all = new HashMap<>(given);
    all.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, servers);
    return all;
  }

  /** What becomes of an error of Kafka's: one line, without secrets. */
  public DrsnException failed(Throwable error) {
    Throwable why = error;
    while (why instanceof ExecutionException && why.getCause() != null) {
      why = why.getCause();
    }
    if (why instanceof TimeoutException || why instanceof RetriableException) {
      return new DrsnException(
          "Kafka at "
              + servers
              + " does not answer ("
              + said(why)
              + "); is it running, and the address right?",
          error);
    }
    while (why.getCause() != null) {
      why = why.getCause();
    }
    return new DrsnException(
        "Kafka at " + servers + ": " + said(why) + "; change the settings", error);
  }

  /** The first line of what an error says, without secrets. */
  String said(Throwable error) {
    String text = error.getMessage();
    if (text == null || text.isBlank()) {
      text = error.getClass().getSimpleName();
    }
    text = text.strip().lines().findFirst().orElse("");
    for (String secret : secrets) {
      text = text.replace(secret, "***");
    }
    return text;
  }
}
