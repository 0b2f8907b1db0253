package io.tidemill.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import io.tidemill.helm.Chart.Manifest;
import io.tidemill.server.config.ConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every profile of the chart is what Kubernetes and the node expect, and wrong values are refused.
 */
final class ChartTest {
  private static final Gson GSON = new Gson();

  static Stream<List<Path>> valuesFiles() {
    return Stream.concat(Stream.of(List.<Path>of()), Chart.profiles().stream().map(List::of));
  }

  @Test
  void shouldPassStrictLint() {
    assertThat(Chart.TIDEMILL.complaints()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("valuesFiles")
  void shouldRenderOnlyObjectsThatTheKubernetesApiKnows(List<Path> values) {
    for (Manifest manifest : Chart.TIDEMILL.render(values, Map.of())) {
      KubernetesTypes.check(manifest.kind(), GSON.toJsonTree(manifest.body()));
    }
  }

  @ParameterizedTest
  @MethodSource("valuesFiles")
  void shouldWriteAConfigurationThatTheNodeReads(List<Path> values, @TempDir Path folder)
      throws IOException {
    final Path file = folder.resolve("tidemill.yaml");
    Files.writeString(file, configuration(Chart.TIDEMILL.render(values, Map.of())));
    final var config = ConfigReader.read(file, Map.of(), Map.of()).config();
    assertThat(config.grpc().host()).isEqualTo("0.0.0.0");
    assertThat(config.observe().jsonLog()).isTrue();
  }

  private static String configuration(List<Manifest> manifests) {
    return String.valueOf(
        Chart.at(only(manifests, "ConfigMap", "mill-tidemill").body(), "data", "tidemill.yaml"));
  }

  private static Manifest only(List<Manifest> manifests, String kind, String name) {
    final List<Manifest> found =
        manifests.stream()
            .filter(each -> each.kind().equals(kind) && each.name().equals(name))
            .toList();
    assertThat(found).as("%s %s", kind, name).hasSize(1);
    return found.getFirst();
  }

  private static Object podOf(List<Manifest> manifests) {
    final Manifest workload =
        manifests.stream()
            .filter(each -> Set.of("StatefulSet", "Deployment").contains(each.kind()))
            .findFirst()
            .orElseThrow();
    return Chart.at(workload.body(), "spec", "template", "spec");
  }

  @ParameterizedTest
  @MethodSource("valuesFiles")
  void shouldRunEveryContainerWithoutRightsAndWithLimits(List<Path> values) {
    final Object pod = podOf(Chart.TIDEMILL.render(values, Map.of()));
    assertThat(Chart.at(pod, "securityContext", "runAsNonRoot")).isEqualTo(true);
    assertThat(Chart.at(pod, "automountServiceAccountToken")).isEqualTo(false);
    for (Object container : (List<?>) Chart.at(pod, "containers")) {
      assertThat(Chart.at(container, "securityContext", "readOnlyRootFilesystem")).isEqualTo(true);
      assertThat(Chart.at(container, "securityContext", "allowPrivilegeEscalation"))
          .isEqualTo(false);
      assertThat(Chart.at(container, "securityContext", "capabilities", "drop"))
          .isEqualTo(List.of("ALL"));
      assertThat(Chart.at(container, "resources", "limits", "memory")).isNotNull();
      assertThat(String.valueOf(Chart.at(container, "image"))).doesNotEndWith(":latest");
    }
  }

  @ParameterizedTest
  @MethodSource("valuesFiles")
  void shouldProbeAndExposeOnlyDeclaredPorts(List<Path> values) {
    final List<Manifest> manifests = Chart.TIDEMILL.render(values, Map.of());
    final Object container = Chart.at(podOf(manifests), "containers", 0);
    final Set<Object> names = new HashSet<>();
    final Set<Object> numbers = new HashSet<>();
    for (Object port : (List<?>) Chart.at(container, "ports")) {
      names.add(Chart.at(port, "name"));
      numbers.add(Chart.at(port, "containerPort"));
    }
    for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
      assertThat(numbers).contains(Chart.at(container, probe, "grpc", "port"));
    }
    final List<Object> exposed = new ArrayList<>();
    for (Manifest manifest : manifests) {
      if (manifest.kind().equals("Service")) {
        ((List<?>) Chart.at(manifest.body(), "spec", "ports"))
            .forEach(port -> exposed.add(Chart.at(port, "targetPort")));
      }
      if (manifest.kind().equals("NetworkPolicy")) {
        for (Object rule : (List<?>) Chart.at(manifest.body(), "spec", "ingress")) {
          ((List<?>) Chart.at(rule, "ports")).forEach(port -> exposed.add(Chart.at(port, "port")));
        }
      }
    }
    assertThat(names).containsAll(exposed);
  }

  @Test
  void shouldLetNobodyReachTheConsensusPortUntilToldWho() {
    final String ingress =
        String.valueOf(
            Chart.at(
                only(Chart.TIDEMILL.render(List.of(), Map.of()), "NetworkPolicy", "mill-tidemill")
                    .body(),
                "spec",
                "ingress"));
    assertThat(ingress).doesNotContain("consensus").contains("reader");
  }

  @Test
  void shouldKeepTheVolumeOfANodeWhenTheReleaseIsDeleted() {
    final Object workload =
        only(Chart.TIDEMILL.render(List.of(), Map.of()), "StatefulSet", "mill-tidemill").body();
    assertThat(Chart.at(workload, "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"))
        .isEqualTo("Retain");
    assertThat(Chart.at(workload, "spec", "volumeClaimTemplates", 0, "metadata", "name"))
        .isEqualTo("data");
  }

  @Test
  void shouldGiveTheNodeLongerToStopThanItsGrace() {
    final Object pod =
        podOf(Chart.TIDEMILL.render(List.of(), Map.of("shutdown.graceSeconds", 100)));
    assertThat((Integer) Chart.at(pod, "terminationGracePeriodSeconds")).isGreaterThan(105);
  }

  @Test
  void shouldLetAReplicaTrustTheAuthorityOfItsPrimary() {
    final List<Manifest> manifests =
        Chart.TIDEMILL.render(
            List.of(),
            Map.of(
                "mode", "replica",
                "replica.primary", "mill-reader:9946",
                "replica.primaryCaSecret", "mill-ca"));
    assertThat(configuration(manifests))
        .contains("primary: https://mill-reader:9946?ca=/etc/tidemill/primary-ca/ca.crt");
    final Object pod = podOf(manifests);
    assertThat(String.valueOf(Chart.at(pod, "containers", 0, "volumeMounts")))
        .contains("/etc/tidemill/primary-ca");
    assertThat(String.valueOf(Chart.at(pod, "volumes"))).contains("mill-ca");
  }

  @Test
  void shouldServeHttpUnderTlsAndLetItBeScraped() {
    final List<Manifest> manifests =
        Chart.TIDEMILL.render(
            List.of(),
            Map.of(
                "tls.existingSecret", "mill-tls",
                "tls.http", true,
                "monitoring.serviceMonitor", true));
    assertThat(configuration(manifests)).contains("tls: server");
    final Object scraped =
        Chart.at(only(manifests, "ServiceMonitor", "mill-tidemill").body(), "spec", "endpoints", 0);
    assertThat(Chart.at(scraped, "scheme")).isEqualTo("https");
    assertThat(Chart.at(scraped, "tlsConfig", "ca", "secret", "name")).isEqualTo("mill-tls");
  }

  @Test
  void shouldPlaceTheContainerInThePodOfAnotherChart(@TempDir Path folder) throws IOException {
    final Path charts = folder.resolve("helm");
    copy(Path.of("tidemill"), charts.resolve("tidemill"));
    copy(Path.of("examples"), charts.resolve("examples"));
    final Path example = charts.resolve("examples/consensus-client");
    copy(Path.of("tidemill"), example.resolve("charts/tidemill"));
    final List<Manifest> manifests =
        new Chart(example.toAbsolutePath()).render(List.of(), Map.of());
    assertThat(manifests)
        .extracting(Manifest::kind)
        .containsExactlyInAnyOrder("ConfigMap", "StatefulSet");
    final Object pod = podOf(manifests);
    assertThat(Chart.at(pod, "containers", 0, "name")).isEqualTo("consensus");
    assertThat(Chart.at(pod, "containers", 1, "name")).isEqualTo("tidemill");
    assertThat(String.valueOf(Chart.at(pod, "containers", 1, "volumeMounts")))
        .contains("/run/tidemill");
    assertThat(configuration(manifests)).contains("socket: /run/tidemill/node.sock");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        final Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mode                           | observer  | mode",
        "image.tag                      | latest    | tag",
        "replicaCount                   | many      | replicaCount",
        "ports.consensus                | 70000     | consensus",
        "ports.reader                   | 0         | reader",
        "engine.backend                 | fast      | backend",
        "persistence.size               | big       | size",
        "jvm.heapPercent                | 95        | heapPercent",
        "tls.certificate                | x         | certificate",
        "resources.limits.memory        | 512Mi     | at least 1536Mi",
        "mode                           | replica   | replica.primary",
        "autoscaling.enabled            | true      | mode replica",
        "tls.clientCaSecret             | ca        | tls.existingSecret",
        "tls.http                       | true      | tls.existingSecret",
      })
  void shouldRefuseWrongValuesByName(String key, String value, String named) {
    final Object typed =
        value.matches("[0-9]+")
            ? (Object) Integer.valueOf(value)
            : value.equals("true") ? true : value;
    assertThatThrownBy(() -> Chart.TIDEMILL.render(List.of(), Map.of(key, typed)))
        .hasMessageContaining(named);
  }
}
