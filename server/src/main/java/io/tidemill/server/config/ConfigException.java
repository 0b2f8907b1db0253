package io.tidemill.server.config;

/** The configuration is not usable; the message says which key, where it was set and why. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message, null, false, false);
  }
}
