package io.tidemill.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How a connection is encrypted, and who shows whom which certificate. Files are PEM.
 *
 * @param ca certificates that the node's may be signed by; null for those that Java trusts
 * @param certificate the client's own chain, when the node asks for one; together with {@code key}
 * @param key its private key, PKCS#8
 * @param serverName the name that the node's certificate must have, when it is not the host
 *     connected to
 */
public record ClientTls(
    @Nullable Path ca,
    @Nullable Path certificate,
    @Nullable Path key,
    @Nullable String serverName) {
  private static final char[] NO_PASSWORD = {};

  /** Checks that certificate and key are given together. */
  public ClientTls {
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException("the client's certificate and its key go together");
    }
  }

  /** Trusts what {@code ca} signed. */
  public static ClientTls trusting(Path ca) {
    return new ClientTls(ca, null, null, null);
  }

  /** The same with the client's own certificate. */
  public ClientTls withCertificate(Path chain, Path privateKey) {
    return new ClientTls(ca, chain, privateKey, serverName);
  }

  /** The same with the name that the node's certificate must have. */
  public ClientTls withServerName(String name) {
    return new ClientTls(ca, certificate, key, name);
  }

  /**
   * The same for libraries that take an {@link SSLContext}; the server name is not part of it.
   *
   * @throws UncheckedIOException if a file cannot be read
   * @throws IllegalArgumentException if a file is not what it should be
   */
  public SSLContext context() {
    try {
      final SSLContext context = SSLContext.getInstance("TLS");
      final TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(ca == null ? null : trusted(ca));
      final KeyManagerFactory own =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      own.init(certificate == null || key == null ? null : identity(certificate, key), NO_PASSWORD);
      context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException("TLS: " + e.getMessage(), e);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS: " + e.getMessage(), e);
    }
  }

  private static KeyStore trusted(Path file) throws GeneralSecurityException, IOException {
    final KeyStore store = empty();
    int number = 0;
    for (Certificate each : certificates(file)) {
      store.setCertificateEntry("ca" + number++, each);
    }
    return store;
  }

  private static KeyStore identity(Path chain, Path privateKey)
      throws GeneralSecurityException, IOException {
    final KeyStore store = empty();
    store.setKeyEntry(
        "client",
        readKey(privateKey),
        NO_PASSWORD,
        certificates(chain).toArray(Certificate[]::new));
    return store;
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    final KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws GeneralSecurityException, IOException {
    try (InputStream in = Files.newInputStream(file)) {
      final var all = CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (all.isEmpty()) {
        throw new GeneralSecurityException(file + " has no certificate");
      }
      return all;
    }
  }

  private static PrivateKey readKey(Path file) throws GeneralSecurityException, IOException {
    final String text = Files.readString(file, StandardCharsets.US_ASCII);
    final String begin = "-----BEGIN PRIVATE KEY-----";
    final int from = text.indexOf(begin);
    final int to = text.indexOf("-----END PRIVATE KEY-----");
    if (from < 0 || to < from) {
      throw new GeneralSecurityException(
          file + " has no private key in PKCS#8 (BEGIN PRIVATE KEY)");
    }
    final byte[] encoded =
        Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
    InvalidKeySpecException another = null;
    for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException e) {
        another = e; // the file does not say which algorithm it is for
      }
    }
    throw new GeneralSecurityException(file + " has a key of an unknown algorithm", another);
  }
}
