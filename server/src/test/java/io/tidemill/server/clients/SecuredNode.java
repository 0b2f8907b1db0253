package io.tidemill.server.clients;

import io.tidemill.server.demo.NodeProcess;
import io.tidemill.server.testing.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A node in a process of its own that asks for TLS, a client certificate and a token. */
public record SecuredNode(
    NodeProcess process, TestCertificate server, TestCertificate client, String secret, Path socket)
    implements AutoCloseable {
  private static final String SECRET = "5a".repeat(32);

  /** Starts it; its files are in {@code folder}. */
  public static SecuredNode start(Path folder) {
    try {
      final TestCertificate server =
          TestCertificate.make(folder, "server", "dns:node.tidemill.test,ip:127.0.0.1");
      final TestCertificate client = TestCertificate.make(folder, "client", "dns:client");
      final Path secret = Files.writeString(folder.resolve("jwt.hex"), SECRET + "\n");
      final Path socket = folder.resolve("node.sock");
      final List<String> arguments = new ArrayList<>(List.of("node", "--json"));
      arguments.addAll(List.of("--grpc-port", "0", "--http-port", "0", "--health-port", "-1"));
      for (String setting :
          List.of(
              "data.dir=" + folder.resolve("secured-data"),
              "grpc.socket=" + socket,
              "tls.certificate=" + server.certificate(),
              "tls.key=" + server.key(),
              "tls.client-ca=" + client.certificate(),
              "http.tls=mutual",
              "auth.jwt-secret=" + secret)) {
        arguments.addAll(List.of("--set", setting));
      }
      final NodeProcess process = NodeProcess.start(arguments, folder.resolve("secured.log"));
      return new SecuredNode(process, server, client, secret.toString(), socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int grpcPort() {
    return process.grpcPort();
  }

  String endpoint() {
    return "https://127.0.0.1:" + process.httpPort() + "/";
  }

  public String certificate() {
    return server.certificate().toString();
  }

  public String clientCertificate() {
    return client.certificate().toString();
  }

  public String clientKey() {
    return client.key().toString();
  }

  @Override
  public void close() {
    process.close();
  }
}
