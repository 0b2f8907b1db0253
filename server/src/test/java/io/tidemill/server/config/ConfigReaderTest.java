package io.tidemill.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("tidemill.yaml"), text);
  }

  @Test
  void shouldHaveAtMostFortyKeysWithDefaultsThatWork() {
    assertThat(Setting.values()).hasSizeLessThanOrEqualTo(40);
    assertThat(SidecarConfig.defaults().grpc().port()).isEqualTo(9944);
  }

  @Test
  void shouldPreferFlagsToVariablesToTheFileToDefaults() throws IOException {
    final Path file =
        file(
            """
            grpc: {port: 1001, host: 0.0.0.0}
            http:
              port: 1002
              cors-origins: [https://a.example, https://b.example]
            limits: {wave-bytes: 64MiB}
            simulate: {deadline: 250ms}
            """);
    final ConfigReader reader =
        ConfigReader.read(
            file,
            Map.of("TIDEMILL_GRPC_PORT", "2001", "TIDEMILL_JAVA_OPTS", "-X", "PATH", "/"),
            Map.of("http.port", "3002"));
    final SidecarConfig config = reader.config();
    assertThat(config.grpc().port()).isEqualTo(2001);
    assertThat(config.grpc().host()).isEqualTo("0.0.0.0");
    assertThat(config.http().port()).isEqualTo(3002);
    assertThat(config.http().corsOrigins())
        .containsExactly("https://a.example", "https://b.example");
    assertThat(config.limits().waveBytes()).isEqualTo(64L << 20);
    assertThat(config.simulate().deadline()).isEqualTo(Duration.ofMillis(250));
    assertThat(reader.effective(Setting.GRPC_PORT).source()).contains("TIDEMILL_GRPC_PORT");
    assertThat(reader.effective(Setting.DATA_DIR).source()).isEqualTo("default");
  }

  @Test
  void shouldNameTheNearestKeyWhenOneIsUnknown() throws IOException {
    final Path file = file("grpc: {prot: 1}\n");
    assertThatThrownBy(() -> ConfigReader.read(file, Map.of(), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("grpc.prot")
        .hasMessageContaining("the nearest is grpc.port")
        .hasMessageContaining("tidemill.yaml");
    assertThatThrownBy(() -> ConfigReader.read(null, Map.of("TIDEMILL_HTTP_PROT", "1"), Map.of()))
        .hasMessageContaining("the nearest is TIDEMILL_HTTP_PORT");
    assertThatThrownBy(() -> ConfigReader.read(null, Map.of(), Map.of("simulate.quee", "1")))
        .hasMessageContaining("the nearest is simulate.queue");
  }

  @ParameterizedTest
  @CsvSource({
    "grpc.port, 70000, must be a port",
    "data.store, sqlite, must be one of rocks",
    "limits.wave-bytes, 12, must be bytes",
    "limits.wave-bytes, 1KiB, must be from",
    "limits.wave-bytes, 99999999999999GiB, must be bytes",
    "simulate.deadline, 5, must be a time",
    "simulate.workers, -1, must be a whole number",
    "grpc.reflection, yes, must be one of true",
    "replica.primary, my_node:9944, no underscores"
  })
  void shouldSayWhatIsWrongAndWhereItWasSet(String key, String value, String problem) {
    final ConfigReader reader = ConfigReader.read(null, Map.of(), Map.of(key, value));
    assertThatThrownBy(reader::config)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(problem)
        .hasMessageContaining("the command line");
  }

  @Test
  void shouldRefuseAFileThatIsNoMapping() throws IOException {
    final Path list = file("- a\n- b\n");
    assertThatThrownBy(() -> ConfigReader.read(list, Map.of(), Map.of()))
        .hasMessageContaining("mapping");
    final Path broken = file("a: [");
    assertThatThrownBy(() -> ConfigReader.read(broken, Map.of(), Map.of()))
        .hasMessageContaining("not YAML");
    assertThatThrownBy(() -> ConfigReader.read(folder.resolve("none"), Map.of(), Map.of()))
        .hasMessageContaining("cannot read");
  }

  @Test
  void shouldPassOverTheVariablesOfTheLauncherAndOfKubernetesServices() {
    final Map<String, String> environment =
        Map.of(
            "TIDEMILL_BUILT", "1",
            "TIDEMILL_SPEC_DIR", "/specs",
            "TIDEMILL_SERVICE_HOST", "10.0.0.1",
            "TIDEMILL_SERVICE_PORT_GRPC", "9944",
            "TIDEMILL_PORT", "tcp://10.0.0.1:9944",
            "TIDEMILL_PORT_9944_TCP_ADDR", "10.0.0.1",
            "TIDEMILL_GRPC_PORT", "1234");

    assertThat(ConfigReader.read(null, environment, Map.of()).config().grpc().port())
        .isEqualTo(1234);
  }

  private static @Nullable PrimaryAddress primary(String text) {
    return ConfigReader.read(null, Map.of(), Map.of("replica.primary", text)).config().primary();
  }

  @Test
  void shouldKnowWhereAPrimaryIsAndHowItIsReached() {
    assertThat(primary("")).isNull();
    assertThat(primary("mill-0.mill:9946"))
        .isEqualTo(new PrimaryAddress("mill-0.mill", 9946, false, null));
    assertThat(primary("[::1]:9946")).isEqualTo(new PrimaryAddress("[::1]", 9946, false, null));
    assertThat(primary("https://mill:9946"))
        .isEqualTo(new PrimaryAddress("mill", 9946, true, null));
    assertThat(primary("https://mill:9946?ca=/etc/tidemill/tls/ca.crt"))
        .isEqualTo(new PrimaryAddress("mill", 9946, true, Path.of("/etc/tidemill/tls/ca.crt")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mill",
        ":9946",
        "mill:99999",
        "mill:9946/waves",
        "mill:9946?ca=file",
        "https://mill:9946?key=file",
        "https://user@mill:9946",
        "ftp://mill:9946"
      })
  void shouldRefuseWhatIsNoAddressOfAPrimary(String text) {
    assertThatThrownBy(() -> primary(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("replica.primary")
        .hasMessageContaining("https://host:port");
  }
}
