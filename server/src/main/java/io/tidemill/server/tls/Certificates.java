package io.tidemill.server.tls;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.tidemill.server.config.ConfigException;
import io.tidemill.server.config.SidecarConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's certificate and the authorities of its clients, from PEM files that are read again
 * when they change: whoever rotates them need not restart the node. Files that do not fit each
 * other leave what was there before, with a warning.
 */
public final class Certificates implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);
  private static final int LOOK_SECONDS = 2;

  private final Path certificate;
  private final Path key;
  private final @Nullable Path authority;
  private final AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
  private final @Nullable AdvancedTlsX509TrustManager clients;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("tidemill-certificates").factory());
  private final ScheduledFuture<?> looking;

  /** Touched by the clock alone, once it runs. */
  private List<Long> seen;

  private Certificates(Path certificate, Path key, @Nullable Path authority) {
    this.certificate = certificate;
    this.key = key;
    this.authority = authority;
    this.seen = stamps();
    try {
      this.clients =
          authority == null
              ? null
              : AdvancedTlsX509TrustManager.newBuilder()
                  .setVerification(
                      AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
                  .build();
      read();
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      clock.shutdownNow();
      throw new ConfigException(
          "tls: cannot use " + certificate + " with " + key + ": " + e.getMessage());
    }
    this.looking =
        clock.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * What {@code config} names, or null when it names nothing.
   *
   * @throws ConfigException if the files cannot be used
   */
  public static @Nullable Certificates of(SidecarConfig.Tls config) {
    final Path certificate = config.certificate();
    final Path key = config.key();
    return certificate == null || key == null
        ? null
        : new Certificates(certificate, key, config.clientCa());
  }

  /**
   * Credentials for gRPC that follow the files; they demand client certificates if there is an
   * authority.
   */
  public ServerCredentials credentials() {
    final TlsServerCredentials.Builder tls = TlsServerCredentials.newBuilder().keyManager(identity);
    if (clients != null) {
      tls.trustManager(clients).clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
    }
    return tls.build();
  }

  /**
   * A context for any other server that follows the files. Whether clients need a certificate is
   * the server's to say; those that come are checked.
   */
  public SSLContext context() {
    try {
      final SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {identity},
          clients == null ? new TrustManager[0] : new TrustManager[] {clients},
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  private void read() throws IOException, GeneralSecurityException {
    identity.updateIdentityCredentials(certificate.toFile(), key.toFile());
    if (clients != null && authority != null) {
      clients.updateTrustCredentials(authority.toFile());
    }
  }

  private void look() {
    final List<Long> now = stamps();
    if (now.equals(seen)) {
      return;
    }
    seen = now;
    try {
      read();
      LOG.info("the certificate files have changed and are in use");
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      LOG.warn("the certificate files have changed and cannot be used: {}", e.getMessage());
    }
  }

  private List<Long> stamps() {
    final List<Long> stamps = new ArrayList<>();
    for (Path file :
        authority == null ? List.of(certificate, key) : List.of(certificate, key, authority)) {
      try {
        stamps.add(Files.getLastModifiedTime(file).toMillis());
      } catch (IOException e) {
        stamps.add(-1L);
      }
    }
    return stamps;
  }

  @Override
  public void close() {
    looking.cancel(false);
    clock.shutdownNow();
  }
}
