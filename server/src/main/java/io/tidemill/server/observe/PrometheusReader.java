package io.tidemill.server.observe;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Collects the metrics when somebody asks and writes them in the Prometheus text format 0.0.4. */
final class PrometheusReader implements MetricReader {
  private volatile CollectionRegistration registration = CollectionRegistration.noop();

  @Override
  public void register(CollectionRegistration collection) {
    registration = collection;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return AggregationTemporality.CUMULATIVE;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }

  String text() {
    final List<MetricData> metrics = new ArrayList<>(registration.collectAllMetrics());
    metrics.sort((left, right) -> left.getName().compareTo(right.getName()));
    final StringBuilder out = new StringBuilder(4096);
    for (MetricData metric : metrics) {
      write(metric, out);
    }
    return out.toString();
  }

  private static void write(MetricData metric, StringBuilder out) {
    final boolean counter = metric.getType() == MetricDataType.LONG_SUM;
    final boolean histogram = metric.getType() == MetricDataType.HISTOGRAM;
    final String base = metric.getName().replace('.', '_');
    final String name =
        base + (metric.getUnit().equals("s") ? "_seconds" : "") + (counter ? "_total" : "");
    out.append("# HELP ").append(name).append(' ').append(metric.getDescription()).append('\n');
    out.append("# TYPE ")
        .append(name)
        .append(counter ? " counter" : histogram ? " histogram" : " gauge")
        .append('\n');
    switch (metric.getType()) {
      case LONG_SUM -> metric.getLongSumData().getPoints().forEach(point -> line(name, point, out));
      case LONG_GAUGE ->
          metric.getLongGaugeData().getPoints().forEach(point -> line(name, point, out));
      case HISTOGRAM ->
          metric.getHistogramData().getPoints().forEach(point -> histogram(name, point, out));
      default -> {
        // No other kind of instrument is registered.
      }
    }
  }

  private static void line(String name, LongPointData point, StringBuilder out) {
    out.append(name);
    labels(point.getAttributes(), "", out);
    out.append(' ').append(point.getValue()).append('\n');
  }

  private static void histogram(String name, HistogramPointData point, StringBuilder out) {
    long below = 0;
    for (int i = 0; i < point.getCounts().size(); i++) {
      below += point.getCounts().get(i);
      final String bound =
          i < point.getBoundaries().size() ? point.getBoundaries().get(i).toString() : "+Inf";
      out.append(name).append("_bucket");
      labels(point.getAttributes(), bound, out);
      out.append(' ').append(below).append('\n');
    }
    out.append(name).append("_sum");
    labels(point.getAttributes(), "", out);
    out.append(' ').append(point.getSum()).append('\n');
    out.append(name).append("_count");
    labels(point.getAttributes(), "", out);
    out.append(' ').append(point.getCount()).append('\n');
  }

  private static void labels(Attributes attributes, String bound, StringBuilder out) {
    final List<String> parts = new ArrayList<>();
    attributes.forEach(
        (key, value) ->
            parts.add(
                key.getKey().replace('.', '_').toLowerCase(Locale.ROOT)
                    + "=\""
                    + escape(value.toString())
                    + '"'));
    if (!bound.isEmpty()) {
      parts.add("le=\"" + bound + '"');
    }
    if (!parts.isEmpty()) {
      out.append('{').append(String.join(",", parts)).append('}');
    }
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
