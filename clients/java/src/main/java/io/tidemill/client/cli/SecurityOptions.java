package io.tidemill.client.cli;

import io.tidemill.client.ClientOptions;
import io.tidemill.client.ClientTls;
import io.tidemill.client.JwtSecret;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a command reaches a node that asks for TLS, a client certificate or a token; a mixin. */
public final class SecurityOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = "--tls",
      description =
          "Connect over TLS and trust what Java trusts; --tls-ca and the others imply it.")
  private boolean tls;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "PEM file with the certificates that the node's is signed by.")
  private @Nullable Path ca;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "PEM file with the certificate to show, when the node asks for one.")
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "PEM file with its private key (PKCS#8).")
  private @Nullable Path key;

  @Option(
      names = "--tls-server-name",
      paramLabel = "NAME",
      description = "The name in the node's certificate, when it is not the host.")
  private @Nullable String serverName;

  @Option(
      names = "--jwt-secret",
      paramLabel = "FILE",
      description = "The secret that the node has in auth.jwt-secret; makes a token per request.")
  private @Nullable Path jwtSecret;

  @Option(names = "--token", description = "A bearer token that is ready, instead of the secret.")
  private @Nullable String token;

  /** Created by the command line. */
  public SecurityOptions() {}

  /** {@code plain} with what was asked for. */
  public ClientOptions apply(ClientOptions plain) {
    ClientOptions options = plain;
    try {
      if (tls || ca != null || certificate != null || key != null || serverName != null) {
        options = options.withTls(new ClientTls(ca, certificate, key, serverName));
      }
      if (jwtSecret != null) {
        return options.withJwtSecret(JwtSecret.read(jwtSecret));
      }
    } catch (IllegalArgumentException e) {
      if (command == null) {
        throw e;
      }
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    return token == null ? options : options.withToken(token);
  }
}
