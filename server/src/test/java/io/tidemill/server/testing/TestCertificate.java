package io.tidemill.server.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that signs itself, and its key, as PEM files that the JDK's keytool made.
 *
 * @param certificate to be trusted as it is
 * @param keys both in a store
 */
public record TestCertificate(Path certificate, Path key, KeyStore keys) {
  private static final char[] PASSWORD = "changeit".toCharArray();

  /** Makes one for this machine. */
  public static TestCertificate make(Path folder, String name) throws IOException {
    return make(folder, name, "dns:localhost,ip:127.0.0.1");
  }

  /**
   * Makes {@code folder/name.crt} and {@code folder/name.key}.
   *
   * @param names whom it is for, as keytool writes it: {@code dns:localhost,ip:127.0.0.1}
   */
  public static TestCertificate make(Path folder, String name, String names) throws IOException {
    final Path store = folder.resolve(name + ".p12");
    final Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    final Process process =
        new ProcessBuilder(
                List.of(
                    (keytool
                            + " -genkeypair -keyalg EC -groupname secp256r1 -validity 2"
                            + " -storetype PKCS12 -storepass changeit -ext san="
                            + names
                            + " -alias "
                            + name
                            + " -dname CN="
                            + name
                            + " -keystore "
                            + store)
                        .split(" ")))
            .redirectErrorStream(true)
            .start();
    final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException("keytool: " + said);
    }
    try (InputStream in = Files.newInputStream(store)) {
      final KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD);
      return new TestCertificate(
          pem(folder.resolve(name + ".crt"), "CERTIFICATE", keys.getCertificate(name).getEncoded()),
          pem(
              folder.resolve(name + ".key"),
              "PRIVATE KEY",
              keys.getKey(name, PASSWORD).getEncoded()),
          keys);
    } catch (GeneralSecurityException e) {
      throw new IOException("keytool made a store that cannot be read", e);
    }
  }

  /** What a client needs that trusts {@code server} alone and shows {@code own}, if it has one. */
  public static SSLContext client(TestCertificate server, @Nullable TestCertificate own)
      throws GeneralSecurityException, IOException {
    final KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(
        "server", server.keys.getCertificate(server.keys.aliases().nextElement()));
    final TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    final KeyManagerFactory identity =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    identity.init(own == null ? null : own.keys, PASSWORD);
    final SSLContext context = SSLContext.getInstance("TLS");
    context.init(identity.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static Path pem(Path file, String kind, byte[] content) throws IOException {
    final String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return Files.writeString(
        file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(kind, text));
  }
}
