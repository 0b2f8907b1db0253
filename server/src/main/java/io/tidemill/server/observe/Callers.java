package io.tidemill.server.observe;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The trace that a caller says its request belongs to. Source: W3C Trace Context. */
public final class Callers {
  /** The header with the trace, over HTTP and gRPC alike. */
  public static final String HEADER = "traceparent";

  private static final TextMapGetter<String> VALUE =
      new TextMapGetter<>() {
        @Override
        @SuppressWarnings("deprecation") // nobody asks for it any more, and it has no default
        public Iterable<String> keys(String carrier) {
          return List.of(HEADER);
        }

        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
          return key.equals(HEADER) ? carrier : null;
        }
      };

  private Callers() {}

  /** The context of a request with this header; the root when it has none, or nonsense. */
  public static Context of(@Nullable String traceparent) {
    return traceparent == null
        ? Context.root()
        : W3CTraceContextPropagator.getInstance().extract(Context.root(), traceparent, VALUE);
  }
}
