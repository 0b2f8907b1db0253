package io.tidemill.helm;

import com.google.gson.JsonElement;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.util.Map;
import java.util.Set;

/** The types that the Kubernetes API has for the objects of the chart. */
final class KubernetesTypes {
  private static final Map<String, Class<?>> KINDS =
      Map.ofEntries(
          Map.entry("ConfigMap", V1ConfigMap.class),
          Map.entry("Deployment", V1Deployment.class),
          Map.entry("HorizontalPodAutoscaler", V2HorizontalPodAutoscaler.class),
          Map.entry("Namespace", V1Namespace.class),
          Map.entry("NetworkPolicy", V1NetworkPolicy.class),
          Map.entry("Pod", V1Pod.class),
          Map.entry("PodDisruptionBudget", V1PodDisruptionBudget.class),
          Map.entry("Secret", V1Secret.class),
          Map.entry("Service", V1Service.class),
          Map.entry("ServiceAccount", V1ServiceAccount.class),
          Map.entry("StatefulSet", V1StatefulSet.class));

  /** Kinds of the Prometheus operator, which the API's types do not know. */
  private static final Set<String> OF_OPERATORS = Set.of("ServiceMonitor", "PrometheusRule");

  private KubernetesTypes() {}

  /**
   * Reads {@code body} strictly as an object of {@code kind}.
   *
   * @throws IllegalArgumentException if it has a field that the type lacks, or lacks one
   */
  static void check(String kind, JsonElement body) {
    if (OF_OPERATORS.contains(kind)) {
      return;
    }
    final Class<?> type = KINDS.get(kind);
    if (type == null) {
      throw new IllegalArgumentException("the chart makes no " + kind);
    }
    new JSON();
    try {
      type.getMethod("validateJsonElement", JsonElement.class).invoke(null, body);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(kind + ": " + e.getCause(), e);
    }
  }

  /** Whether it is made by {@code helm test} only. */
  static boolean isTest(Chart.Manifest manifest) {
    return Chart.at(manifest.body(), "metadata", "annotations") instanceof Map<?, ?> notes
        && notes.containsKey("helm.sh/hook");
  }
}
