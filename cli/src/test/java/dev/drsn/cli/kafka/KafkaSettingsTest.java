package dev.drsn.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaSettingsTest {

  private static final Map<String, String> LOGIN =
      Map.of("DRSN_KAFKA_USER", "school", "DRSN_KAFKA_PASSWORD", "a\"b\\c");

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("kafka.properties"), text);
  }

  private void refused(String text, Map<String, String> environment, String message)
      throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> new KafkaSettings("broker:9092", file, environment))
        .isInstanceOf(DrsnException.class)
        .message()
        .contains(message)
        .doesNotContain("hunter2", "\n");
  }

  @Test
  void producersAreIdempotentAndWaitForAllReplicas() throws IOException {
    Path file = file("client.id=lesson\ncompression.type = gzip \ndelivery.timeout.ms=30000\n");
    KafkaSettings settings = new KafkaSettings("a:1,[::1]:9092", file, Map.of());
    ProducerConfig config = new ProducerConfig(settings.producer());
    assertThat(config.getString(ProducerConfig.ACKS_CONFIG)).isEqualTo("-1");
    assertThat(config.getBoolean(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG)).isTrue();
    assertThat(config.getBoolean(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG)).isFalse();
    assertThat(config.getString(ProducerConfig.CLIENT_ID_CONFIG)).isEqualTo("lesson");
    assertThat(config.getInt(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG)).isEqualTo(30_000);
    assertThat(config.getList(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG))
        .containsExactly("a:1", "[::1]:9092");
  }

  @Test
  void nameAndPasswordComeFromTheEnvironmentAsTheyAre() throws IOException {
    for (String mechanism : List.of("", "PLAIN", "SCRAM-SHA-256")) {
      Path file = file(mechanism.isEmpty() ? "" : "sasl.mechanism=" + mechanism);
      Map<String, Object> all = new KafkaSettings("broker:9092", file, LOGIN).producer();
      assertThat(all)
          .containsEntry("security.protocol", "SASL_SSL")
          .containsEntry("sasl.mechanism", mechanism.isEmpty() ? "SCRAM-SHA-512" : mechanism);
      Password jaas = new Password((String) all.get("sasl.jaas.config"));
      var entries = JaasContext.loadClientContext(Map.of("sasl.jaas.config", jaas));
      assertThat(entries.configurationEntries()).hasSize(1);
      assertThat(entries.configurationEntries().getFirst().getOptions())
          .isEqualTo(Map.of("username", "school", "password", "a\"b\\c"));
    }
  }

  @Test
  void secretsAreNotSaid() throws IOException {
    Path file = file("ssl.truststore.password=hunter2\nsasl.jaas.config=x required p=\"hunter2\";");
    KafkaSettings settings = new KafkaSettings("broker:9092", file, Map.of());
    String all = "bad: x required p=\"hunter2\"; and hunter2\nsecond line";
    assertThat(settings.said(new IOException(all))).isEqualTo("bad: *** and ***");
    assertThat(settings.said(new IOException())).isEqualTo("IOException");
  }

  @Test
  void whatCannotBeIsRefused() throws IOException {
    Map<String, String> none = Map.of();
    refused("acks=1", none, "acks is set by drsn; take it out");
    refused("transactional.id=1", none, "transactional.id is set by drsn");
    refused("sasl.jass.config=hunter2", none, "sasl.jass.config is no setting of a Kafka producer");
    refused("compression.type=zstd", none, "compression.type is none or gzip, not zstd");
    refused("a=\\u00z", none, "kafka.properties cannot be read");
    refused("sasl.jaas.config=hunter2", LOGIN, "DRSN_KAFKA_USER is set, and so is");
    refused("sasl.mechanism=GSSAPI", LOGIN, "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512");
    refused("", Map.of("DRSN_KAFKA_PASSWORD", "hunter2"), "go together");
    refused(
        "",
        Map.of("DRSN_KAFKA_USER", "a", "DRSN_KAFKA_PASSWORD", "hunter2\n"),
        "are one line each");
    for (String servers : List.of("", "broker", "broker:0", "broker:70000", "a:1,", "a b:1")) {
      assertThatThrownBy(() -> new KafkaSettings(servers, null, none))
          .isInstanceOf(DrsnException.class)
          .hasMessageStartingWith("a Kafka broker is HOST:PORT, not '");
    }
    assertThatThrownBy(() -> new KafkaSettings("me:hunter2@broker:1", null, none))
        .isInstanceOf(DrsnException.class)
        .hasMessage("a Kafka broker is HOST:PORT, not '***@broker:1'");
    assertThatThrownBy(() -> new KafkaSettings("a:1", folder.resolve("none"), none))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("there is no file");
  }
}
