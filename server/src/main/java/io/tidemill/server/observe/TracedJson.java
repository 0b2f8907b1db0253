package io.tidemill.server.observe;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.nio.charset.StandardCharsets;

/**
 * A JSON object per line, with {@code trace_id} and {@code span_id} in front when the thread that
 * logs works for a trace: that is how a line is found from a trace, and a trace from a line.
 */
final class TracedJson extends JsonEncoder {
  @Override
  public byte[] encode(ILoggingEvent event) {
    final byte[] line = super.encode(event);
    final SpanContext span = Span.current().getSpanContext();
    if (!span.isValid() || line.length < 2 || line[0] != '{') {
      return line;
    }
    final byte[] ids =
        ("{\"trace_id\":\"" + span.getTraceId() + "\",\"span_id\":\"" + span.getSpanId() + "\",")
            .getBytes(StandardCharsets.US_ASCII);
    final byte[] traced = new byte[ids.length + line.length - 1];
    System.arraycopy(ids, 0, traced, 0, ids.length);
    System.arraycopy(line, 1, traced, ids.length, line.length - 1);
    return traced;
  }
}
