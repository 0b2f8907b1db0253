package io.tidemill.server.observe;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.tidemill.executor.WaveStatistics;
import io.tidemill.executor.account.StateKeys;
import io.tidemill.server.config.SidecarConfig;
import io.tidemill.state.StateKey;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The instruments of a node. Units: seconds, fuel, bytes. Names are in {@link MetricCatalogue}. */
public final class Telemetry implements AutoCloseable {
  private static final AttributeKey<String> STAGE = AttributeKey.stringKey("stage");
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("outcome");
  private static final AttributeKey<String> STATUS = AttributeKey.stringKey("status");
  private static final AttributeKey<String> KIND = AttributeKey.stringKey("kind");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("method");
  private static final double NANOS = 1e-9;
  private static final String SERVICE = "tidemill";
  private static final Duration PUSH_INTERVAL = Duration.ofSeconds(15);

  private final OpenTelemetrySdk sdk;
  private final PrometheusReader prometheus;
  private final Tracer tracer;
  private final Meter meter;
  private final LongCounter waves;
  private final DoubleHistogram stages;
  private final LongCounter transactions;
  private final LongCounter fuel;
  private final LongCounter attempts;
  private final LongCounter conflicts;
  private final DoubleHistogram idle;
  private final LongCounter faults;
  private final LongCounter divergences;
  private final LongCounter requests;
  private final LongCounter websocketsEnded;
  private final DoubleHistogram requestTime;
  private final DoubleHistogram simulationTime;

  private Telemetry(OpenTelemetrySdk sdk, PrometheusReader prometheus, boolean traces) {
    this.sdk = sdk;
    this.prometheus = prometheus;
    // Where nobody collects spans none is made: what runs then stays in the trace of its caller.
    this.tracer = (traces ? sdk.getTracerProvider() : TracerProvider.noop()).get("io.tidemill");
    this.meter = sdk.getMeter("io.tidemill");
    this.waves = counter(MetricCatalogue.WAVES);
    this.stages = histogram(MetricCatalogue.WAVE_STAGE);
    this.transactions = counter(MetricCatalogue.TRANSACTIONS);
    this.fuel = counter(MetricCatalogue.FUEL);
    this.attempts = counter(MetricCatalogue.ATTEMPTS);
    this.conflicts = counter(MetricCatalogue.CONFLICTS);
    this.idle = histogram(MetricCatalogue.WORKERS_IDLE);
    this.faults = counter(MetricCatalogue.FAULTS);
    this.divergences = counter(MetricCatalogue.DIVERGENCES);
    this.requests = counter(MetricCatalogue.REQUESTS);
    this.websocketsEnded = counter(MetricCatalogue.WEBSOCKETS_ENDED);
    this.requestTime = histogram(MetricCatalogue.REQUEST_TIME);
    this.simulationTime = histogram(MetricCatalogue.SIMULATION_TIME);
    faults.add(0);
    divergences.add(0);
  }

  /**
   * Instruments that are read through {@link #prometheus} and, when exporters are given, pushed.
   *
   * @param spans where finished spans go, or null
   * @param readers further readers of the metrics
   */
  public static Telemetry start(
      String serviceName, @Nullable SpanExporter spans, List<MetricReader> readers) {
    final Resource resource =
        Resource.getDefault()
            .merge(
                Resource.create(
                    Attributes.of(AttributeKey.stringKey("service.name"), serviceName)));
    final PrometheusReader prometheus = new PrometheusReader();
    final var meters =
        SdkMeterProvider.builder().setResource(resource).registerMetricReader(prometheus);
    readers.forEach(meters::registerMetricReader);
    final var tracers = SdkTracerProvider.builder().setResource(resource);
    if (spans != null) {
      tracers.addSpanProcessor(BatchSpanProcessor.builder(spans).build());
    }
    return new Telemetry(
        OpenTelemetrySdk.builder()
            .setMeterProvider(meters.build())
            .setTracerProvider(tracers.build())
            .build(),
        prometheus,
        spans != null);
  }

  /**
   * Instruments as the configuration wants them: pushed to a collector by OTLP over HTTP, if it
   * names one. A collector that is down costs nothing but what it would have been told.
   */
  public static Telemetry of(SidecarConfig.Observe config) {
    final URI endpoint = config.otlpEndpoint();
    if (endpoint == null) {
      return local();
    }
    return start(
        SERVICE,
        OtlpHttpSpanExporter.builder().setEndpoint(endpoint + "/v1/traces").build(),
        List.of(
            PeriodicMetricReader.builder(
                    OtlpHttpMetricExporter.builder().setEndpoint(endpoint + "/v1/metrics").build())
                .setInterval(PUSH_INTERVAL)
                .build()));
  }

  /** Instruments that only {@link #prometheus} reads. */
  public static Telemetry local() {
    return start(SERVICE, null, List.of());
  }

  private LongCounter counter(MetricCatalogue.Metric metric) {
    return meter
        .counterBuilder(metric.name())
        .setUnit(metric.unit())
        .setDescription(metric.description())
        .build();
  }

  private DoubleHistogram histogram(MetricCatalogue.Metric metric) {
    return meter
        .histogramBuilder(metric.name())
        .setUnit(metric.unit())
        .setDescription(metric.description())
        .setExplicitBucketBoundariesAdvice(
            List.of(.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1.0, 2.5, 5.0, 10.0))
        .build();
  }

  /** Reads a gauge whenever the metrics are collected. */
  public void gauge(MetricCatalogue.Metric metric, LongSupplier value) {
    meter
        .gaugeBuilder(metric.name())
        .ofLongs()
        .setUnit(metric.unit())
        .setDescription(metric.description())
        .buildWithCallback(measurement -> measurement.record(value.getAsLong()));
  }

  /** The metrics in the Prometheus text format 0.0.4. */
  public String prometheus() {
    return prometheus.text();
  }

  /** Begins a request, in the trace of its caller if {@link Callers} knows one. */
  public TimedSpan request(String method) {
    return new TimedSpan(
        tracer.spanBuilder(method).setSpanKind(SpanKind.SERVER).startSpan(),
        (outcome, seconds) -> {
          final Attributes attributes = Attributes.of(METHOD, method, OUTCOME, outcome);
          requests.add(1, attributes);
          requestTime.record(seconds, attributes);
        });
  }

  /** Counts a WebSocket connection that ended, or was not taken. */
  public void websocketEnded(String outcome) {
    websocketsEnded.add(1, Attributes.of(OUTCOME, outcome));
  }

  /** {@code work} in the trace that it is handed over in, for another thread. */
  public Runnable carried(Runnable work) {
    return Context.current().wrap(work);
  }

  /** Counts a node fault. */
  public void faulted() {
    faults.add(1);
  }

  /** Counts two executors that disagree. */
  public void diverged() {
    divergences.add(1);
  }

  /** Begins the span of a wave that waited since {@code queuedNanos}. */
  public WaveSpan wave(long wave, int transactionCount, long queuedNanos) {
    final Span span =
        tracer
            .spanBuilder("wave")
            .setAttribute("tidemill.wave", wave)
            .setAttribute("tidemill.transactions", transactionCount)
            .startSpan();
    final long now = System.nanoTime();
    stages.record((now - queuedNanos) * NANOS, Attributes.of(STAGE, "queue"));
    return new WaveSpan(span, now);
  }

  /** Begins the span of a commit that was asked for by itself. */
  public WaveSpan commit(long wave) {
    return new WaveSpan(
        tracer.spanBuilder("commit").setAttribute("tidemill.wave", wave).startSpan(),
        System.nanoTime());
  }

  /** Begins a simulation. */
  public TimedSpan simulating(int waves, long calls) {
    return new TimedSpan(
        tracer
            .spanBuilder("simulate")
            .setAttribute("tidemill.waves", waves)
            .setAttribute("tidemill.calls", calls)
            .startSpan(),
        (outcome, seconds) -> simulationTime.record(seconds, Attributes.of(OUTCOME, outcome)));
  }

  @Override
  public void close() {
    final CompletableResultCode done = sdk.shutdown();
    done.join(5, TimeUnit.SECONDS);
  }

  /** One wave on its way through the pipeline. Used by one thread at a time. */
  public final class WaveSpan implements AutoCloseable {
    private final Span span;
    private long since;
    private String outcome = "failed";
    private @Nullable Span stage;
    private String stageName = "";

    private WaveSpan(Span span, long since) {
      this.span = span;
      this.since = since;
    }

    /** Makes what is logged from here on part of the wave, until the result is closed. */
    @SuppressWarnings("MustBeClosedChecker") // closed by the caller
    public Scope current() {
      return span.makeCurrent();
    }

    /** The wave is handed to the executor. */
    public void executing() {
      begin("execute");
    }

    /** The transactions have run: what that cost. */
    public void ran(WaveStatistics statistics) {
      attempts.add(statistics.transactions(), Attributes.of(OUTCOME, "final"));
      attempts.add(statistics.aborts(), Attributes.of(OUTCOME, "aborted"));
      // The keys themselves are in the result of the wave: they would be too many series.
      statistics
          .conflicts()
          .forEach((key, aborts) -> conflicts.add(aborts, Attributes.of(KIND, kind(key))));
      idle.record(statistics.idleNanos() * NANOS);
      span.setAttribute("tidemill.attempts", statistics.attempts());
      span.setAttribute("tidemill.aborts", statistics.aborts());
      span.setAttribute("tidemill.depth", statistics.depth());
      endStage();
    }

    private static String kind(StateKey key) {
      if (StateKeys.isAccount(key)) {
        return "account";
      }
      return StateKeys.isContractRecord(key) ? "contract_record" : "slot";
    }

    /** The root is computed. */
    public void rooting() {
      begin("root");
    }

    /** The wave is made durable. */
    public void committing() {
      begin("commit");
    }

    /** The wave is durable. */
    public void committed() {
      endStage();
      if (outcome.equals("failed")) {
        outcome = "committed";
      }
    }

    /** The wave is executed: what it came to. */
    public void executed(String root, int receipts, int changedKeys, long gasUsed) {
      endStage();
      outcome = "executed";
      fuel.add(gasUsed);
      span.setAttribute("tidemill.root", root);
      span.setAttribute("tidemill.gas_used", gasUsed);
      span.setAttribute("tidemill.receipts", receipts);
      span.setAttribute("tidemill.changed_keys", changedKeys);
    }

    /** Counts receipts of one status. */
    public void receipts(String status, long count) {
      transactions.add(count, Attributes.of(STATUS, status));
    }

    /** The answer was stored. */
    public void stored() {
      outcome = "stored";
    }

    /** The wave was refused. */
    public void refused(String reason) {
      outcome = "refused";
      span.setStatus(StatusCode.ERROR, reason);
    }

    private void begin(String name) {
      endStage();
      stageName = name;
      since = System.nanoTime();
      stage = tracer.spanBuilder(name).setParent(Context.root().with(span)).startSpan();
    }

    private void endStage() {
      final Span current = stage;
      if (current != null) {
        current.end();
        stages.record((System.nanoTime() - since) * NANOS, Attributes.of(STAGE, stageName));
        stage = null;
      }
    }

    @Override
    public void close() {
      endStage();
      waves.add(1, Attributes.of(OUTCOME, outcome));
      span.end();
    }
  }
}
