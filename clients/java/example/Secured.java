import io.tidemill.client.ClientOptions;
import io.tidemill.client.ClientTls;
import io.tidemill.client.JwtSecret;
import io.tidemill.client.NodeException;
import io.tidemill.client.RetryPolicy;
import io.tidemill.client.TidemillClient;
import io.tidemill.client.json.Json;
import io.tidemill.client.json.JsonRpcClient;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A node that asks for TLS, a client certificate and a token: shakes hands with it and reads its
 * height over HTTP. Prints one JSON object; exit code 1 when the node refused or is not the one it
 * should be.
 *
 * <pre>java -cp ... Secured.java [--ca FILE] [--certificate FILE --key FILE]
 *     [--server-name NAME] [--jwt-secret FILE] [--http URL] GRPC_TARGET</pre>
 */
final class Secured {
  private Secured() {}

  public static void main(String[] args) {
    Map<String, String> asked = new HashMap<>();
    for (int i = 0; i + 1 < args.length; i += 2) {
      asked.put(args[i], args[i + 1]);
    }
    ClientTls tls = null;
    if (asked.containsKey("--ca")) {
      tls = ClientTls.trusting(Path.of(asked.get("--ca")));
      if (asked.containsKey("--key")) {
        tls = tls.withCertificate(Path.of(asked.get("--certificate")), Path.of(asked.get("--key")));
      }
      tls = tls.withServerName(asked.get("--server-name"));
    }
    ClientOptions options = target(args[args.length - 1]).withRetries(RetryPolicy.NEVER);
    if (tls != null) {
      options = options.withTls(tls);
    }
    if (asked.containsKey("--jwt-secret")) {
      options = options.withJwtSecret(JwtSecret.read(Path.of(asked.get("--jwt-secret"))));
    }
    try (TidemillClient client = TidemillClient.connect(options)) {
      long chain = client.reader().info().getChainId();
      System.out.println(Json.write(Map.of("ok", true, "chain", chain, "height", height(asked.get("--http"), tls))));
    } catch (NodeException refused) {
      System.out.println(Json.write(Map.of("ok", false, "reason", refused.reason())));
      System.exit(1);
    }
  }

  private static ClientOptions target(String target) {
    if (target.startsWith("unix:")) {
      return ClientOptions.unix(Path.of(target.substring("unix:".length())));
    }
    int colon = target.lastIndexOf(':');
    return ClientOptions.plaintext(
        target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)));
  }

  private static Object height(String endpoint, ClientTls tls) {
    if (endpoint == null) {
      return "not asked for";
    }
    try (JsonRpcClient rpc = new JsonRpcClient(URI.create(endpoint), tls)) {
      return rpc.call("pyde_waveNumber", java.util.List.of());
    }
  }
}
