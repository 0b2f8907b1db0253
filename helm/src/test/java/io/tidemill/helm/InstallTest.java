package io.tidemill.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import com.marcnuri.helm.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A release of the chart lives its life: installed with the documented command, changed, deleted.
 * Helm talks to {@link ApiServer}; with {@code -Dtidemill.kubeconfig=FILE} to the cluster that the
 * file names, into namespaces of their own.
 */
final class InstallTest {
  private static final String CLUSTER = System.getProperty("tidemill.kubeconfig", "");

  @TempDir private Path folder;

  static List<Path> profiles() {
    return Chart.profiles();
  }

  private static Helm helm() {
    return new Helm(Chart.TIDEMILL.folder());
  }

  /** The documented command, into a namespace of its own. */
  private static InstallCommand install(String namespace, Path values, Path cluster) {
    return helm()
        .install()
        .withName("mill")
        .withNamespace(namespace)
        .createNamespace()
        .withValuesFile(values)
        .withKubeConfig(cluster);
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void shouldInstallChangeAndUninstallEveryProfile(Path values) throws IOException {
    final String profile = values.getFileName().toString().replace(".yaml", "");
    try (ApiServer server = new ApiServer("1.29", true, KubernetesTypes::check)) {
      final Path cluster = cluster(server);
      final String namespace = "tidemill-" + profile;
      final Release installed = install(namespace, values, cluster).call();
      assertThat(installed.getStatus()).isEqualToIgnoringCase("deployed");
      if (CLUSTER.isEmpty()) {
        assertThat(server.objects()).containsExactlyInAnyOrderElementsOf(rendered(values));
      }
      final Release changed =
          helm()
              .upgrade()
              .withName("mill")
              .withNamespace(namespace)
              .withValuesFile(values)
              .set("image.tag", "0.1.1")
              .withKubeConfig(cluster)
              .call();
      assertThat(changed.getRevision()).isEqualTo("2");
      if (CLUSTER.isEmpty()) {
        // The workload alone, and in it the image alone.
        assertThat(server.patches().stream().filter(each -> each.contains("0.1.1")).toList())
            .hasSize(1)
            .allMatch(each -> each.matches("/(statefulsets|deployments)/mill-tidemill .*"));
      }
      Helm.uninstall("mill").withNamespace(namespace).withKubeConfig(cluster).call();
      if (CLUSTER.isEmpty()) {
        assertThat(server.objects()).isEmpty();
      }
    }
  }

  /**
   * Kind and name of what the profile makes; the cluster of the test has the Prometheus operator.
   */
  private static Set<String> rendered(Path values) throws IOException {
    final boolean operated = Files.readString(values).contains("serviceMonitor: auto");
    final boolean ruled = Files.readString(values).contains("rules: auto");
    return Chart.TIDEMILL
        .render(
            List.of(values),
            Map.of("monitoring.serviceMonitor", operated, "monitoring.rules", ruled))
        .stream()
        .filter(each -> !KubernetesTypes.isTest(each))
        .map(each -> each.kind() + "/" + each.name())
        .collect(Collectors.toSet());
  }

  @Test
  void shouldInstallWhereThePrometheusOperatorIsNot() throws IOException {
    try (ApiServer server = new ApiServer("1.29", false, KubernetesTypes::check)) {
      final Path cluster = Files.writeString(folder.resolve("plain"), server.kubeConfig());
      final Path validator = Chart.TIDEMILL.folder().resolve("profiles/validator.yaml");
      final Release installed = install("chain", validator, cluster).call();
      assertThat(installed.getStatus()).isEqualToIgnoringCase("deployed");
      assertThat(server.objects())
          .contains("StatefulSet/mill-tidemill")
          .doesNotContain("ServiceMonitor/mill-tidemill", "PrometheusRule/mill-tidemill");
    }
  }

  @Test
  void shouldRefuseAKubernetesThatIsTooOld() throws IOException {
    try (ApiServer server = new ApiServer("1.26", true, KubernetesTypes::check)) {
      final Path cluster = Files.writeString(folder.resolve("old"), server.kubeConfig());
      final Path dev = Chart.TIDEMILL.folder().resolve("profiles/dev.yaml");
      assertThatThrownBy(() -> install("chain", dev, cluster).call())
          .hasMessageContaining("kubeVersion");
      assertThat(server.objects()).isEmpty();
    }
  }

  private Path cluster(ApiServer server) throws IOException {
    return CLUSTER.isEmpty()
        ? Files.writeString(folder.resolve("kubeconfig"), server.kubeConfig())
        : Path.of(CLUSTER);
  }
}
