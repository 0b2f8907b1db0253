package io.tidemill.server.config;

import io.tidemill.server.config.SidecarConfig.Auth;
import io.tidemill.server.config.SidecarConfig.Data;
import io.tidemill.server.config.SidecarConfig.Engine;
import io.tidemill.server.config.SidecarConfig.Execution;
import io.tidemill.server.config.SidecarConfig.Grpc;
import io.tidemill.server.config.SidecarConfig.Http;
import io.tidemill.server.config.SidecarConfig.Limits;
import io.tidemill.server.config.SidecarConfig.Observe;
import io.tidemill.server.config.SidecarConfig.Sessions;
import io.tidemill.server.config.SidecarConfig.Simulate;
import io.tidemill.server.config.SidecarConfig.Tls;
import io.tidemill.state.Retention;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Texts to typed values. */
final class ConfigValues {
  /** Open sessions; each holds what it changed in memory. */
  private static final int MAX_SESSIONS = 64;

  private final Map<Setting, String> values;

  ConfigValues(Map<Setting, String> values) {
    this.values = values;
  }

  SidecarConfig config() {
    final Path certificate = path(Setting.TLS_CERTIFICATE);
    final Path key = path(Setting.TLS_KEY);
    if ((certificate == null) != (key == null)) {
      throw wrong(Setting.TLS_KEY, "tls.certificate and tls.key go together");
    }
    if (path(Setting.TLS_CLIENT_CA) != null && certificate == null) {
      throw wrong(Setting.TLS_CLIENT_CA, "client certificates need tls.certificate");
    }
    return new SidecarConfig(
        new Data(
            Path.of(text(Setting.DATA_DIR)),
            oneOf(Setting.DATA_STORE, "rocks", "memory").equals("rocks"),
            retention(),
            flag(Setting.DATA_WRITE_BACK)),
        new Execution(
            path(Setting.CHAIN_SPEC),
            (int) count(Setting.EXECUTION_WORKERS, 0, 1_024),
            mode(),
            checkEvery()),
        new Engine(
            oneOf(Setting.ENGINE_BACKEND, "compiled", "interpreter").equals("compiled"),
            (int) count(Setting.ENGINE_CACHE_MODULES, 8, 100_000)),
        new Grpc(
            text(Setting.GRPC_HOST),
            port(Setting.GRPC_PORT),
            port(Setting.GRPC_READER_PORT),
            port(Setting.GRPC_DEPLOYER_PORT),
            path(Setting.GRPC_SOCKET),
            flag(Setting.GRPC_REFLECTION),
            port(Setting.HEALTH_PORT)),
        new Http(
            text(Setting.HTTP_HOST),
            port(Setting.HTTP_PORT),
            httpSecurity(),
            list(Setting.HTTP_CORS_ORIGINS),
            list(Setting.HTTP_ALLOWED_HOSTS),
            (int) count(Setting.HTTP_WEBSOCKETS, 0, 100_000)),
        new Tls(certificate, key, path(Setting.TLS_CLIENT_CA)),
        new Auth(path(Setting.AUTH_JWT_SECRET), duration(Setting.AUTH_CLOCK_TOLERANCE)),
        new Limits(
            (int) count(Setting.LIMITS_WAVE_TRANSACTIONS, 1, 10_000_000),
            bytes(Setting.LIMITS_WAVE_BYTES, 1 << 20, 16L << 30),
            (int) bytes(Setting.LIMITS_MESSAGE_BYTES, 2 << 20, 64 << 20),
            (int) count(Setting.LIMITS_INFLIGHT_WAVES, 0, 64)),
        new Simulate(
            (int) count(Setting.SIMULATE_WORKERS, 0, 1_024),
            (int) count(Setting.SIMULATE_QUEUE, 1, 1_000_000),
            count(Setting.SIMULATE_FUEL_CAP, 21_000, Long.MAX_VALUE),
            duration(Setting.SIMULATE_DEADLINE)),
        new Sessions(MAX_SESSIONS),
        new Observe(
            oneOf(Setting.LOG_FORMAT, "plain", "json").equals("json"),
            oneOf(Setting.LOG_LEVEL, "error", "warn", "info", "debug", "trace"),
            url(Setting.OBSERVE_OTLP_ENDPOINT)),
        primary(),
        duration(Setting.SHUTDOWN_GRACE));
  }

  private Http.Security httpSecurity() {
    final String security = oneOf(Setting.HTTP_TLS, "off", "server", "mutual");
    if (!security.equals("off") && path(Setting.TLS_CERTIFICATE) == null) {
      throw wrong(Setting.HTTP_TLS, "TLS needs tls.certificate");
    }
    if (security.equals("mutual") && path(Setting.TLS_CLIENT_CA) == null) {
      throw wrong(Setting.HTTP_TLS, "client certificates need tls.client-ca");
    }
    return Http.Security.valueOf(security.toUpperCase(Locale.ROOT));
  }

  private Retention retention() {
    return switch (text(Setting.DATA_RETAIN_WAVES)) {
      case "archive" -> Retention.ARCHIVE;
      case "full" -> Retention.FULL;
      case "committee" -> Retention.COMMITTEE;
      case "pruned" -> Retention.PRUNED;
      default -> {
        final long waves = count(Setting.DATA_RETAIN_WAVES, 1, Long.MAX_VALUE);
        yield new Retention(waves, waves, waves, waves);
      }
    };
  }

  private @Nullable PrimaryAddress primary() {
    final String address = text(Setting.REPLICA_PRIMARY);
    if (address.isEmpty()) {
      return null;
    }
    try {
      return PrimaryAddress.parse(address);
    } catch (IllegalArgumentException e) {
      throw wrong(Setting.REPLICA_PRIMARY, String.valueOf(e.getMessage()));
    }
  }

  private String text(Setting setting) {
    final String value = values.get(setting);
    return value == null ? setting.byDefault() : value.strip();
  }

  private @Nullable Path path(Setting setting) {
    final String value = text(setting);
    return value.isEmpty() ? null : Path.of(value);
  }

  private @Nullable URI url(Setting setting) {
    final String value = text(setting);
    if (value.isEmpty()) {
      return null;
    }
    try {
      final URI url = new URI(value.endsWith("/") ? value.substring(0, value.length() - 1) : value);
      if (url.getHost() != null
          && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
        return url;
      }
    } catch (URISyntaxException e) {
      // Said below.
    }
    throw wrong(setting, "must be a URL with http or https");
  }

  private List<String> list(Setting setting) {
    return Arrays.stream(text(setting).split(",", -1))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }

  private boolean flag(Setting setting) {
    return oneOf(setting, "true", "false").equals("true");
  }

  /** The mode without the number of waves after it. */
  private Execution.Mode mode() {
    final String mode = modeParts()[0];
    final List<String> known = List.of("serial", "parallel", "both", "both-engines");
    if (!known.contains(mode)) {
      throw wrong(Setting.EXECUTION_MODE, "must be one of " + String.join(", ", known));
    }
    return Execution.Mode.valueOf(mode.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  private int checkEvery() {
    final String[] parts = modeParts();
    if (parts.length == 1) {
      return 1;
    }
    if (!mode().checks() || !parts[1].matches("[1-9][0-9]{0,5}")) {
      throw wrong(
          Setting.EXECUTION_MODE, "only both and both-engines take a number, as in both/16");
    }
    return Integer.parseInt(parts[1]);
  }

  private String[] modeParts() {
    return text(Setting.EXECUTION_MODE).split("/", 2);
  }

  private String oneOf(Setting setting, String... choices) {
    final String value = text(setting);
    if (!Arrays.asList(choices).contains(value)) {
      throw wrong(setting, "must be one of " + String.join(", ", choices));
    }
    return value;
  }

  private int port(Setting setting) {
    try {
      final int port = Integer.parseInt(text(setting));
      if (port >= -1 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw wrong(setting, "must be a port, 0 for any free one, or -1 for none");
  }

  private long count(Setting setting, long minimum, long maximum) {
    try {
      final long count = Long.parseLong(text(setting).replace("_", ""));
      if (count >= minimum && count <= maximum) {
        return count;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw wrong(setting, "must be a whole number from " + minimum + " to " + maximum);
  }

  private long bytes(Setting setting, long minimum, long maximum) {
    final long value =
        scaled(
            setting,
            "bytes, for instance 64MiB",
            List.of(
                Map.entry("GiB", 1L << 30),
                Map.entry("MiB", 1L << 20),
                Map.entry("KiB", 1L << 10),
                Map.entry("B", 1L)));
    if (value < minimum || value > maximum) {
      throw wrong(setting, "must be from " + minimum + " to " + maximum + " bytes");
    }
    return value;
  }

  private Duration duration(Setting setting) {
    return Duration.ofMillis(
        scaled(
            setting,
            "a time, for instance 20s",
            List.of(
                Map.entry("ms", 1L),
                Map.entry("s", 1_000L),
                Map.entry("m", 60_000L),
                Map.entry("h", 3_600_000L))));
  }

  private long scaled(Setting setting, String what, List<Map.Entry<String, Long>> units) {
    final String value = text(setting);
    for (Map.Entry<String, Long> unit : units) {
      if (value.endsWith(unit.getKey())) {
        final String number = value.substring(0, value.length() - unit.getKey().length()).strip();
        try {
          final long scaled = Math.multiplyExact(Long.parseLong(number), unit.getValue());
          if (scaled >= 0) {
            return scaled;
          }
        } catch (NumberFormatException | ArithmeticException e) {
          // Told below.
        }
        break;
      }
    }
    throw wrong(setting, "must be " + what);
  }

  private ConfigException wrong(Setting setting, String problem) {
    return new ConfigException(setting.key() + " is \"" + text(setting) + "\": " + problem);
  }
}
