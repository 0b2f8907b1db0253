package io.tidemill.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Gathers the configuration: defaults, then the YAML file, then the environment, then flags; the
 * later one wins. A key that is not known stops the start and names the nearest one that is.
 */
public final class ConfigReader {
  /** Variables of the launcher and of its tests that are not settings. */
  private static final Set<String> NOT_SETTINGS =
      Set.of(
          "TIDEMILL_BUILT",
          "TIDEMILL_CONFIG",
          "TIDEMILL_JAVA_OPTS",
          "TIDEMILL_NO_INSTALL",
          "TIDEMILL_SPEC_DIR",
          "TIDEMILL_TRACE");

  /**
   * What Kubernetes puts into every container of a namespace that has a service named tidemill: its
   * host and ports.
   */
  private static final Pattern SERVICE_LINK = Pattern.compile("TIDEMILL_(SERVICE_|PORT($|_)).*");

  /** A value that was set, and where. */
  public record Given(String value, String source) {}

  private final Map<Setting, Given> given = new EnumMap<>(Setting.class);

  private ConfigReader() {}

  /**
   * Reads every source.
   *
   * @param file the YAML file, or null
   * @param environment the variables of the process
   * @param flags keys and values of the command line
   * @throws ConfigException if a source cannot be read or a key is not known
   */
  public static ConfigReader read(
      @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
    final ConfigReader reader = new ConfigReader();
    if (file != null) {
      reader.file(file);
    }
    reader.environment(environment);
    flags.forEach((key, value) -> reader.put(key, value, "the command line"));
    return reader;
  }

  /**
   * The configuration.
   *
   * @throws ConfigException if a value is out of range; the message says where it was set
   */
  public SidecarConfig config() {
    try {
      return SidecarConfig.with(
          given.entrySet().stream()
              .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().value())));
    } catch (ConfigException e) {
      for (Map.Entry<Setting, Given> entry : given.entrySet()) {
        if (String.valueOf(e.getMessage()).startsWith(entry.getKey().key() + " ")) {
          throw new ConfigException(e.getMessage() + " (set in " + entry.getValue().source() + ")");
        }
      }
      throw e;
    }
  }

  /** What is in force for {@code setting}, and where it comes from. */
  public Given effective(Setting setting) {
    final Given value = given.get(setting);
    return value != null ? value : new Given(setting.byDefault(), "default");
  }

  private void file(Path file) {
    final Object root;
    try (InputStream in = Files.newInputStream(file)) {
      root =
          new Load(LoadSettings.builder().setLabel(file.toString()).build())
              .loadFromInputStream(in);
    } catch (IOException e) {
      throw new ConfigException("cannot read the configuration file " + file + ": " + e);
    } catch (YamlEngineException e) {
      throw new ConfigException(file + " is not YAML: " + e.getMessage());
    }
    if (root == null) {
      return;
    }
    if (!(root instanceof Map<?, ?> map)) {
      throw new ConfigException(file + " must be a mapping of sections, for instance grpc:");
    }
    flatten("", map, "the file " + file);
  }

  private void flatten(String prefix, Map<?, ?> map, String source) {
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      final String key = prefix + entry.getKey();
      switch (entry.getValue()) {
        case null -> put(key, "", source);
        case Map<?, ?> section -> flatten(key + ".", section, source);
        case List<?> items ->
            put(key, items.stream().map(String::valueOf).collect(Collectors.joining(",")), source);
        default -> put(key, String.valueOf(entry.getValue()), source);
      }
    }
  }

  private void environment(Map<String, String> environment) {
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      final String name = variable.getKey();
      if (name.startsWith("TIDEMILL_")
          && !NOT_SETTINGS.contains(name)
          && !SERVICE_LINK.matcher(name).matches()) {
        Setting known = null;
        for (Setting setting : Setting.values()) {
          if (setting.variable().equals(name)) {
            known = setting;
          }
        }
        if (known == null) {
          throw new ConfigException(
              "the variable "
                  + name
                  + " names no setting; the nearest is "
                  + nearest(name, Setting::variable));
        }
        given.put(known, new Given(variable.getValue(), "the variable " + name));
      }
    }
  }

  private void put(String key, String value, String source) {
    for (Setting setting : Setting.values()) {
      if (setting.key().equals(key)) {
        given.put(setting, new Given(value, source));
        return;
      }
    }
    throw new ConfigException(
        "unknown key " + key + " in " + source + "; the nearest is " + nearest(key, Setting::key));
  }

  private static String nearest(String key, java.util.function.Function<Setting, String> spelling) {
    String best = "";
    int least = Integer.MAX_VALUE;
    for (Setting setting : Setting.values()) {
      final int distance = distance(key, spelling.apply(setting));
      if (distance < least) {
        least = distance;
        best = spelling.apply(setting);
      }
    }
    return best;
  }

  /** How many insertions, deletions and replacements turn one text into the other. */
  static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      final int[] next = new int[row.length];
      next[0] = i;
      for (int j = 1; j < row.length; j++) {
        final int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
        next[j] = Math.min(row[j - 1] + change, 1 + Math.min(row[j], next[j - 1]));
      }
      row = next;
    }
    return row[right.length()];
  }
}
