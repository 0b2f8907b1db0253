package io.tidemill.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that a node and its client share ({@code auth.jwt-secret}): makes the bearer token of
 * a request, a JWT (RFC 7519) with HS256 and the time of its making, which the node wants to be
 * near its own. Safe for use by many threads.
 */
public final class JwtSecret {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final String HEADER = encoded("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");

  private final SecretKeySpec key;

  private JwtSecret(byte[] secret) {
    this.key = new SecretKeySpec(secret, "HmacSHA256");
  }

  /**
   * The secret in {@code file}: 32 bytes as hex.
   *
   * @throws IllegalArgumentException if the file does not hold that
   */
  public static JwtSecret read(Path file) {
    final String text;
    try {
      text = Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the secret in " + file, e);
    }
    final String digits = text.startsWith("0x") ? text.substring(2) : text;
    if (!digits.matches("[0-9a-fA-F]{64}")) {
      throw new IllegalArgumentException(file + " must hold a secret of 32 bytes as hex");
    }
    return new JwtSecret(HexFormat.of().parseHex(digits));
  }

  /** A token of this moment. */
  public String token() {
    return token(System.currentTimeMillis() / 1_000);
  }

  String token(long issuedAt) {
    final String text = HEADER + "." + encoded("{\"iat\":" + issuedAt + "}");
    try {
      final Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return text
          + "."
          + BASE64.encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no HmacSHA256", e);
    }
  }

  private static String encoded(String json) {
    return BASE64.encodeToString(json.getBytes(StandardCharsets.US_ASCII));
  }
}
