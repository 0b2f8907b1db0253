package io.tidemill.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A chart of this folder, and what Helm makes of it. */
record Chart(Path folder) {
  /** The oldest Kubernetes that the chart supports, which is what it is rendered for. */
  private static final String KUBERNETES = "1.29.0";

  static final Chart TIDEMILL = new Chart(Path.of("tidemill").toAbsolutePath());

  /** One rendered object. */
  record Manifest(String kind, String name, Map<String, Object> body) {}

  /** The values files of the profiles, in order of their names. */
  static List<Path> profiles() {
    try (Stream<Path> files = Files.list(TIDEMILL.folder().resolve("profiles"))) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Strict lint, with warnings as failures. */
  List<String> complaints() {
    final var result = new Helm(folder).lint().strict().call();
    return result.isFailed() ? result.getMessages() : List.of();
  }

  /** The manifests of a release {@code mill} in namespace {@code chain}. */
  List<Manifest> render(List<Path> valuesFiles, Map<String, Object> values) {
    final TemplateCommand command =
        new Helm(folder)
            .template()
            .withName("mill")
            .withNamespace("chain")
            .withKubeVersion(KUBERNETES);
    valuesFiles.forEach(command::withValuesFile);
    values.forEach(command::set);
    return manifests(command.call());
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> yaml(String text) {
    return (Map<String, Object>) new Load(LoadSettings.builder().build()).loadFromString(text);
  }

  @SuppressWarnings("unchecked")
  private static List<Manifest> manifests(String text) {
    final List<Manifest> manifests = new ArrayList<>();
    for (Object document :
        new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build())
            .loadAllFromString(text)) {
      if (document instanceof Map<?, ?> map) {
        final Map<String, Object> body = (Map<String, Object>) map;
        manifests.add(
            new Manifest(
                String.valueOf(body.get("kind")),
                String.valueOf(((Map<String, Object>) map.get("metadata")).get("name")),
                body));
      }
    }
    return manifests;
  }

  /** What lies at a path of keys and list positions, or null. */
  static Object at(Object root, Object... path) {
    Object here = root;
    for (Object step : path) {
      here =
          here instanceof Map<?, ?> map
              ? map.get(step)
              : here instanceof List<?> list && step instanceof Integer index
                  ? list.get(index)
                  : null;
    }
    return here;
  }
}
