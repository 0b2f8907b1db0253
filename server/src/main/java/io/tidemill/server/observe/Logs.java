package io.tidemill.server.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.LoggerFactory;

/** Sets how the process logs. */
public final class Logs {
  /**
   * The transport of gRPC, which logs a stack trace for every client that breaks the protocol. Held
   * here, because loggers that nobody holds forget their level.
   */
  private static final java.util.logging.Logger TRANSPORT =
      java.util.logging.Logger.getLogger("io.grpc");

  private Logs() {}

  /** Leaves the mistakes of clients out of the log, unless it is for debugging. */
  private static void quiet(Level level) {
    TRANSPORT.setLevel(
        level.isGreaterOrEqual(Level.INFO)
            ? java.util.logging.Level.OFF
            : java.util.logging.Level.INFO);
  }

  /**
   * Applies the configuration; call it before the node starts.
   *
   * @param json one JSON object per line on standard error
   */
  public static void apply(boolean json, String level) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    final Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(level, Level.INFO));
    quiet(root.getLevel());
    if (json) {
      final TracedJson encoder = new TracedJson();
      encoder.setContext(context);
      encoder.start();
      final ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
      appender.setContext(context);
      appender.setTarget("System.err");
      appender.setEncoder(encoder);
      appender.start();
      root.detachAndStopAllAppenders();
      root.addAppender(appender);
    }
  }
}
