package io.tidemill.server.grpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemill.server.config.ConfigException;
import io.tidemill.server.errors.Reason;
import io.tidemill.server.errors.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Bearer tokens: JWT, HS256 only, with {@code iat} near this node's clock. Other claims are
 * ignored. Safe for use by many threads.
 */
final class Tokens {
  private static final int SECRET_BYTES = 32;
  private static final int MAX_TOKEN = 4_096;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final byte[] secret;
  private final Duration tolerance;
  private final LongSupplier clock;

  /** Tokens of {@code secret}; {@code clock} gives the seconds since the epoch. */
  Tokens(byte[] secret, Duration tolerance, LongSupplier clock) {
    this.secret = secret.clone();
    this.tolerance = tolerance;
    this.clock = clock;
  }

  /**
   * Tokens of the secret in {@code file}: 32 bytes as hex.
   *
   * @throws ConfigException if there are not: a node never starts with a secret it cannot read
   */
  static Tokens of(Path file, Duration tolerance) {
    final String text;
    try {
      text = Files.readString(file).strip();
    } catch (IOException e) {
      throw new ConfigException("auth.jwt-secret: cannot read " + file);
    }
    final String digits = text.startsWith("0x") ? text.substring(2) : text;
    if (!digits.matches("[0-9a-fA-F]{64}")) {
      throw new ConfigException(
          "auth.jwt-secret: " + file + " must hold " + SECRET_BYTES + " bytes as hex");
    }
    return new Tokens(
        HexFormat.of().parseHex(digits), tolerance, () -> System.currentTimeMillis() / 1_000);
  }

  /**
   * Accepts the value of an authorization header.
   *
   * @throws Refusal if it is no valid token
   */
  void check(String authorization) {
    if (!authorization.regionMatches(true, 0, "Bearer ", 0, 7)
        || authorization.length() > MAX_TOKEN) {
      throw no("the authorization must be a bearer token");
    }
    final String[] parts = authorization.substring(7).strip().split("\\.", -1);
    if (parts.length != 3) {
      throw no("the token is not a JWT");
    }
    final JsonNode header = json(parts[0]);
    if (!"HS256".equals(header.path("alg").asText())) {
      throw no("the token's algorithm must be HS256");
    }
    final byte[] expected = mac(parts[0] + "." + parts[1]);
    if (!MessageDigest.isEqual(expected, decode(parts[2]))) {
      throw no("the token's signature does not verify");
    }
    final JsonNode issued = json(parts[1]).path("iat");
    if (!issued.isIntegralNumber() || !issued.canConvertToLong()) {
      throw no("the token has no iat");
    }
    final long skew = Math.abs(Math.subtractExact(clock.getAsLong(), bounded(issued.longValue())));
    if (skew > tolerance.toSeconds()) {
      throw Refusal.of(
          Reason.TOKEN_TIME_OUT_OF_WINDOW,
          "skew_seconds",
          skew,
          "max_skew_seconds",
          tolerance.toSeconds());
    }
  }

  private static long bounded(long seconds) {
    return Math.clamp(seconds, 0, Long.MAX_VALUE >> 1);
  }

  private byte[] mac(String text) {
    try {
      final Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no HmacSHA256", e);
    }
  }

  private static JsonNode json(String part) {
    try {
      return JSON.readTree(decode(part));
    } catch (IOException e) {
      throw no("the token is not a JWT");
    }
  }

  private static byte[] decode(String part) {
    try {
      return Base64.getUrlDecoder().decode(part);
    } catch (IllegalArgumentException e) {
      throw no("the token is not a JWT");
    }
  }

  private static Refusal no(String detail) {
    return Refusal.of(Reason.UNAUTHENTICATED, "detail", detail);
  }
}
